/**
 * What the API server fills into containers, probes and volumes.
 *
 * Source: `pkg/apis/core/v1/defaults.go` (`SetDefaults_Container`, `SetDefaults_Probe`, `SetDefaults_Volume`, …).
 */
import type { Container, HTTPGetAction, Probe, Volume } from 'kubernetes-types/core/v1.js';

/** Changes the draft that it is given. */
export function defaultContainer(container: Container): void {
  container.imagePullPolicy ||= pullPolicy(container.image ?? '');
  container.terminationMessagePath ||= '/dev/termination-log';
  container.terminationMessagePolicy ||= 'File';
  container.resources ??= {};
  for (const port of container.ports ?? []) port.protocol ||= 'TCP';
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.fieldRef !== undefined) valueFrom.fieldRef.apiVersion ||= 'v1';
  }
  for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe]) {
    if (probe !== undefined) defaultProbe(probe);
  }
  for (const hook of [container.lifecycle?.postStart, container.lifecycle?.preStop]) defaultHTTPGet(hook?.httpGet);
}

/** `latest`, or no tag at all, is fetched each time; a digest or a name that is none is not (`parsers.ParseImageName`). */
function pullPolicy(image: string): string {
  if (!/^[\w.:/-]+$/.test(image)) return 'IfNotPresent';
  const [, tag = 'latest'] = (image.split('/').at(-1) ?? '').split(':');
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultProbe(probe: Probe): void {
  probe.timeoutSeconds ||= 1;
  probe.periodSeconds ||= 10;
  probe.successThreshold ||= 1;
  probe.failureThreshold ||= 3;
  defaultHTTPGet(probe.httpGet);
  if (probe.grpc !== undefined) probe.grpc.service ??= '';
}

function defaultHTTPGet(action: HTTPGetAction | undefined): void {
  if (action === undefined) return;
  action.path ||= '/';
  action.scheme ||= 'HTTP';
}

/** 0644: `v1.ConfigMapVolumeSourceDefaultMode` and its siblings. */
const defaultMode = 0o644;

/** Changes the draft that it is given. */
export function defaultVolume(volume: Volume): void {
  if (Object.keys(volume).length === 1) volume.emptyDir = {};
  for (const source of [volume.secret, volume.configMap, volume.downwardAPI, volume.projected]) {
    if (source !== undefined) source.defaultMode ??= defaultMode;
  }
  if (volume.hostPath !== undefined) volume.hostPath.type ??= '';
}
