# docker build -t kubewire .
# docker run --rm -it --privileged kubewire      a lab, its first answered curl, and a shell on `host`
# docker run --rm -v "$PWD:/m" kubewire compile -f /m/service.yaml --node k8s-node1      needs no privileges
#
# Any image of Debian 12 or later (or Ubuntu 22.04 or later) with Node.js 20.19 or newer and npm will do as base.
ARG BASE=docker.io/library/node:20-bookworm-slim

# The build, with the compiler and all that only it needs.
FROM ${BASE} AS build
WORKDIR /opt/kubewire
COPY package.json package-lock.json .npmrc ./
COPY scripts scripts
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY src src
COPY lab lab
# The set-up step marks what it built; nothing later asks for system tools, so none are installed here.
RUN node --input-type=module --eval "import('./scripts/setup.mjs').then((setup) => setup.ensureReady({ tools: false }))" \
 && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

# What runs: the system tools of the one list, and the build.
FROM ${BASE}
COPY scripts/provision /opt/kubewire/scripts/provision
RUN apt-get update \
 && sh /opt/kubewire/scripts/provision --optional \
 && rm -rf /var/lib/apt/lists/* \
 && ln -s /opt/kubewire/scripts/lab /usr/local/bin/lab
COPY --from=build /opt/kubewire /opt/kubewire
WORKDIR /opt/kubewire
ENTRYPOINT ["lab"]
