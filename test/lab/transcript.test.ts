/** The course notes' kubectl lines, typed as they stand in a shell on host, with the kubectl of this machine. */

import test from 'ava';
import { execa } from 'execa';
import { bringUp, createTestLab } from './lab.js';

const pods = `apiVersion: v1
kind: Pod
metadata: {name: mynode-pod, labels: {run: mynode}}
spec:
  nodeSelector: {kubernetes.io/hostname: k8s-node2}
  containers: [{name: mynode, image: "mynode:v1.0", ports: [{containerPort: 8000}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: mynode-pod2, labels: {run: mynode-pod2}}
spec:
  nodeSelector: {kubernetes.io/hostname: k8s-node3}
  containers: [{name: mynode, image: "mynode:v1.0", ports: [{containerPort: 8000}]}]
`;

/** What is typed, and what the answer must show: columns, names and shapes, not addresses that follow from names. */
const transcript: [line: string, shows: RegExp][] = [
  [`kubectl apply -f - <<'EOF'\n${pods}EOF`, /pod\/mynode-pod created\npod\/mynode-pod2 created/],
  ['kubectl wait --for=condition=Ready pod/mynode-pod pod/mynode-pod2 --timeout=20s', /condition met\n.*condition met/],
  [
    'kubectl expose pod mynode-pod --name=mynode-svc --type=ClusterIP --port=9001 --target-port=8000 --dry-run=client -o yaml > mynode-svc.yaml; cat mynode-svc.yaml',
    /kind: Service\nmetadata:\n[\s\S]*run: mynode\n {2}name: mynode-svc\nspec:\n {2}ports:\n {2}- port: 9001\n {4}protocol: TCP\n {4}targetPort: 8000\n {2}selector:\n {4}run: mynode\n {2}type: ClusterIP/,
  ],
  ['kubectl apply -f mynode-svc.yaml', /service\/mynode-svc created/],
  [
    'kubectl expose pod mynode-pod2 --name=mynode-svc2 --type=NodePort --port=9002 --target-port=8000 --dry-run=client -o yaml > mynode-svc2.yaml && k apply -f mynode-svc2.yaml',
    /service\/mynode-svc2 created/,
  ],
  [
    'kubectl get po,svc -o wide --show-labels | grep mynode',
    /pod\/mynode-pod +1\/1 +Running +0 +\S+ +10\.109\.131\.\d+ +k8s-node2 +<none> +<none> +run=mynode\n[\s\S]*service\/mynode-svc +ClusterIP +10\.\S+ +<none> +9001\/TCP +\S+ +run=mynode +run=mynode\nservice\/mynode-svc2 +NodePort +10\.\S+ +<none> +9002:3\d{4}\/TCP +\S+ +run=mynode-pod2 +run=mynode-pod2/,
  ],
  ['kubectl get po,svc -o wide | grep myweb', /pod\/myweb1 .* k8s-node1[\s\S]*9000:30090\/TCP +\S+ +app=myweb/],
  [`kubectl patch svc myweb-svc -p '{"spec":{"externalTrafficPolicy":"Local"}}'`, /service\/myweb-svc patched/],
  ['for i in 1 2 3 4; do curl -s 192.168.56.101:30090/hostname; done', /^(Hostname : myweb1\n?){4}$/],
  ['curl -s --max-time 1 192.168.56.103:30090/hostname || echo no answer', /^no answer$/],
  [`kubectl patch svc myweb-svc -p '{"spec":{"externalTrafficPolicy":"Cluster"}}'`, /service\/myweb-svc patched/],
  ['for i in 1 2 3 4; do curl -s 192.168.56.103:30090/hostname; done | sort -u', /myweb1\n.*myweb2/],
  [
    "EDITOR='sed -i s/strictARP:.false/strictARP:\\ true/' kubectl edit configmap -n kube-system kube-proxy",
    /configmap\/kube-proxy edited/,
  ],
  ['kubectl get configmap -n kube-system kube-proxy -o yaml | grep strictARP', /strictARP: true/],
  ['kubectl create deployment metallb-deploy --image=traefik/whoami --replicas=3 --port=80', /created/],
  [
    'kubectl expose deployment metallb-deploy --name=metallb-deploy-svc --type=LoadBalancer --port=80 --target-port=80',
    /service\/metallb-deploy-svc exposed/,
  ],
  ['kubectl get svc metallb-deploy-svc', /LoadBalancer +10\.\S+ +<pending> +80:3\d{4}\/TCP/],
  [
    `kubectl patch svc metallb-deploy-svc -p '{"spec": {"type": "LoadBalancer", "externalIPs":["203.0.113.7"]}}' && kubectl get svc metallb-deploy-svc`,
    /LoadBalancer +10\.\S+ +203\.0\.113\.7 +80:3\d{4}\/TCP/,
  ],
  [
    'k get nodes -o wide',
    /k8s-master +Ready +control-plane .* 192\.168\.56\.100 +<none> +Debian.*\n.*k8s-node1 +Ready/,
  ],
  ['kubectl get all -n kube-system -o wide', /daemonset\.apps\/kube-proxy +4 +4 +4/],
  [
    'kubectl run -it --image nicolaka/netshoot testnet --restart=Never -- bash -c "sleep 0.5; hostname; cat /etc/resolv.conf" 2>&1',
    /nameserver 10\.96\.0\.10\r?\nsearch default\.svc\.cluster\.local svc\.cluster\.local cluster\.local\r?\noptions ndots:5/,
  ],
  ['timeout 2 kubectl get events -w | head -3', /LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n.*Normal/],
  [
    'kubectl delete validatingwebhookconfiguration ingress-nginx-admission 2>&1 || true',
    /"ingress-nginx-admission" not found/,
  ],
  ['kubectl top nodes 2>&1 || true', /Metrics API not available/],
];

const hasKubectl = (await execa('kubectl', ['version', '--client'], { reject: false })).exitCode === 0;

test('the notes’ kubectl lines print what the notes show, where kubectl is installed', async (t) => {
  t.timeout(120_000);
  if (!hasKubectl) t.log('no kubectl on PATH: only the lab’s own answer to that is checked');
  const lab = createTestLab(t);
  await bringUp(t, lab, '-f', 'lab/workshop/01-nodeport.yaml');
  if (!hasKubectl) {
    t.is((await lab.lab('kubectl', 'get', 'pods')).exitCode, 10);
    return;
  }
  for (const [line, shows] of transcript) {
    const { exitCode, stdout, stderr } = await lab.lab(
      'exec',
      'host',
      '--',
      'sh',
      '-c',
      `cd "$1" && ${line}`,
      'sh',
      lab.state,
    );
    t.is(exitCode, 0, `${line}\n${stderr}`);
    t.regex(stdout, shows, line);
  }
});
