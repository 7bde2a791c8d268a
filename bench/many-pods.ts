/** Manifests of many pods, each behind a Service of its own whose address is known beforehand. */

/** Within 10.96.0.0/12 and outside the pods' blocks. */
export const serviceAddress = (index: number) => `10.100.${10 + (index >> 8)}.${index & 255}`;

function podAndService(index: number): string {
  const name = `many-${String(index).padStart(4, '0')}`;
  return `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  labels: { app: ${name} }
spec:
  containers:
    - { name: web, image: "dbgurum/k8s-lab:v1.0", ports: [{ containerPort: 8080 }] }
---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  clusterIP: ${serviceAddress(index)}
  selector: { app: ${name} }
  ports: [{ port: 80, targetPort: 8080 }]
`;
}

export const manyPods = (count: number): string =>
  Array.from({ length: count }, (_, index) => podAndService(index)).join('---\n');

/** curl's own configuration for asking every Service once; each answer is one line. Source: curl(1), --config. */
export const curlEach = (count: number): string =>
  Array.from({ length: count }, (_, index) => `url = "http://${serviceAddress(index)}/hostname"\n`).join('');

/** Room for them: kubelet's default limit is 110 pods a node, and the control plane takes none. */
export const roomyCluster = `apiVersion: kubewire/v1
kind: ClusterConfig
nodes:
  - { name: k8s-master, controlPlane: true }
  - { name: k8s-node1, maxPods: 500 }
  - { name: k8s-node2, maxPods: 500 }
  - { name: k8s-node3, maxPods: 500 }
`;
