import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ownersOf, type Kept, type PodLog } from '../api/kept';
import type { KubeObject } from '../api/objects';
import { startContainer, type Mounted } from './container';

/** What the pods of a cluster are given. */
export interface JobSetting {
  readonly kept: Kept;
  /** of claims and pods */
  readonly folder: string;
  readonly server: { readonly port: number; readonly caPem: string };
  /** a token of a ServiceAccount */
  tokenFor(namespace: string, serviceAccount: string): string;
}

interface PodSpec {
  readonly serviceAccountName: string;
  readonly terminationGracePeriodSeconds?: number;
  readonly containers: readonly [ContainerSpec];
  readonly volumes?: readonly Volume[];
}

interface ContainerSpec {
  readonly name: string;
  readonly command: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: { readonly fieldRef: { readonly fieldPath: string } };
  }[];
  readonly envFrom?: readonly { readonly secretRef: { readonly name: string } }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

interface Volume {
  readonly name: string;
  readonly downwardAPI?: {
    readonly items: readonly { readonly path: string; readonly fieldRef: { readonly fieldPath: string } }[];
  };
  readonly persistentVolumeClaim?: { readonly claimName: string };
  readonly emptyDir?: object;
  readonly projected?: { readonly sources: readonly { readonly configMap: { readonly name: string } }[] };
  readonly secret?: { readonly secretName: string };
}

/** The pod of a Job before anything of it runs. */
export function podFor(job: KubeObject): KubeObject {
  const { name, namespace = '' } = job.metadata;
  const { template } = job['spec'] as { template: { metadata?: Record<string, unknown>; spec: object } };
  const labels = { ...(template.metadata?.['labels'] as object | undefined), 'batch.kubernetes.io/job-name': name };
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name, uid: job.metadata['uid'], controller: true };
  return {
    ...{ kind: 'Pod', apiVersion: 'v1' },
    metadata: {
      ...{ name: `${name}-${randomBytes(3).toString('hex').slice(0, 5)}`, namespace, labels },
      annotations: template.metadata?.['annotations'] ?? {},
      ownerReferences: [owner],
    },
    spec: { ...template.spec, nodeName: 'node-1' },
    status: podStatus('Pending', { waiting: { reason: 'ContainerCreating' } }),
  };
}

/** Of its one container, which is called as ours are. */
export function podStatus(phase: string, state: object): Record<string, unknown> {
  const containerStatuses = [{ name: 'db-ferry', ready: phase === 'Running', restartCount: 0, state }];
  return { phase, podIP: '192.0.2.20', conditions: [{ type: 'PodScheduled', status: 'True' }], containerStatuses };
}

/** How a container ended. */
export interface Ended {
  readonly exitCode: number;
  readonly message: string;
}

/** Starts the container of a pod. Throws what a kubelet would wait for: a volume or a Secret that is not there. */
export async function startPod(
  setting: JobSetting,
  pod: KubeObject,
): Promise<{ readonly child: ChildProcess; readonly ended: Promise<Ended> }> {
  const { kept, folder, server } = setting;
  const { namespace = '' } = pod.metadata;
  const own = join(folder, 'pods', String(pod.metadata['uid']));
  const spec = pod['spec'] as PodSpec;
  const [container] = spec.containers;
  const account = join(own, 'serviceaccount');
  await files(account, {
    ...{ token: setting.tokenFor(namespace, spec.serviceAccountName), 'ca.crt': server.caPem, namespace },
  });
  const termination = join(own, 'termination-log');
  await writeFile(termination, '');
  const mounts: Mounted[] = [
    { from: account, at: '/var/run/secrets/kubernetes.io/serviceaccount' },
    { from: termination, at: '/dev/termination-log' },
  ];
  for (const { name, mountPath } of container.volumeMounts ?? []) {
    const volume = spec.volumes?.find((one) => one.name === name);
    if (!volume) throw new Error(`there is no volume ${name}`);
    mounts.push({ from: await folderOf(setting, pod, volume, join(own, 'volumes', name)), at: mountPath });
  }
  const env: Record<string, string> = {};
  for (const { secretRef } of container.envFrom ?? []) {
    Object.assign(env, textsOf(need(kept, 'secrets', namespace, secretRef.name)));
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    env[name] = valueFrom ? fieldOf(pod, valueFrom.fieldRef.fieldPath) : (value ?? '');
  }
  Object.assign(env, { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(server.port) });
  const log: PodLog = { chunks: [], ended: false, readers: new Set() };
  kept.logs.set(String(pod.metadata['uid']), log);
  const child = await startContainer(container.command, env, mounts, own);
  const take = (chunk: Buffer): void => {
    log.chunks.push(chunk);
    for (const look of log.readers) look();
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  const ended = new Promise<Ended>((resolve) => {
    const end = (exitCode: number): void => {
      log.ended = true;
      for (const look of [...log.readers]) look();
      void readFile(termination, 'utf8').then((message) => resolve({ exitCode, message }));
    };
    child.once('error', (error) => {
      take(Buffer.from(`${error.message}\n`));
      end(128);
    });
    child.once('close', (code, signal) => end(code ?? (signal === 'SIGKILL' ? 137 : 143)));
  });
  return { child, ended };
}

async function folderOf(setting: JobSetting, pod: KubeObject, volume: Volume, own: string): Promise<string> {
  const { kept, folder } = setting;
  const { namespace = '' } = pod.metadata;
  if (volume.persistentVolumeClaim) {
    const claim = need(kept, 'persistentvolumeclaims', namespace, volume.persistentVolumeClaim.claimName);
    const shared = join(folder, 'claims', String(claim.metadata['uid']));
    await mkdir(shared, { recursive: true });
    return shared;
  }
  await mkdir(own, { recursive: true });
  for (const { path, fieldRef } of volume.downwardAPI?.items ?? []) {
    await writeFile(join(own, path), fieldOf(pod, fieldRef.fieldPath));
  }
  for (const { configMap } of volume.projected?.sources ?? []) {
    const map = need(kept, 'configmaps', namespace, configMap.name);
    for (const [key, base64] of Object.entries((map['binaryData'] ?? {}) as Record<string, string>)) {
      await writeFile(join(own, key), Buffer.from(base64, 'base64'));
    }
  }
  if (volume.secret) await files(own, textsOf(need(kept, 'secrets', namespace, volume.secret.secretName)));
  return own;
}

async function files(folder: string, all: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(all)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

function need(kept: Kept, plural: string, namespace: string, name: string): KubeObject {
  const found = kept.find(plural, namespace, name);
  if (!found) throw new Error(`${plural} "${name}" not found`);
  return found;
}

function textsOf(secret: KubeObject): Record<string, string> {
  const data = (secret['data'] ?? {}) as Record<string, string>;
  const decoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()] as const);
  return { ...Object.fromEntries(decoded), ...(secret['stringData'] as Record<string, string> | undefined) };
}

/** `metadata.namespace`, `metadata.labels['a']`, `metadata.annotations['b']`. */
function fieldOf({ metadata }: KubeObject, path: string): string {
  const [, field = '', key] = /^metadata\.(\w+)(?:\['(.+)'\])?$/.exec(path) ?? [];
  const value = metadata[field];
  const found = key === undefined ? value : (value as Record<string, unknown> | undefined)?.[key];
  return typeof found === 'string' ? found : '';
}

/** True for a pod of this Job. */
export function isOf(pod: KubeObject, job: KubeObject): boolean {
  return ownersOf(pod).some(({ uid }) => uid === job.metadata['uid']);
}
