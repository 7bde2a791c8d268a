# docker build -t kubewire .
# docker run --rm -it --privileged kubewire            a lab, its first answered curl, and a shell on `host`
# docker run --rm kubewire compile -f - --node k8s-node1 < manifest.yaml      needs no privileges
#
# Any image of Debian 12 or later (or Ubuntu 22.04 or later) with Node.js 20.19 or newer and npm will do as base.
ARG BASE=docker.io/library/node:20-bookworm-slim
FROM ${BASE}

WORKDIR /opt/kubewire

# From what changes least to what changes most, so that a changed source rebuilds only the last layers.
COPY scripts/provision scripts/provision
RUN apt-get update && sh scripts/provision --optional && rm -rf /var/lib/apt/lists/*

COPY package.json package-lock.json .npmrc ./
COPY scripts scripts
RUN npm ci --ignore-scripts --no-audit --no-fund && npm cache clean --force

COPY tsconfig.json ./
COPY src src
COPY lab lab
RUN node scripts/setup.mjs \
 && npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
 && ln -s /opt/kubewire/scripts/lab /usr/local/bin/lab

ENTRYPOINT ["lab"]
