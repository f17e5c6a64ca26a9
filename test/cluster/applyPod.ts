import { execa } from 'execa';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubectlPod, kubectlProgram } from './kubectl';
import { kubectl } from './setting';

/** What is changed of a pod's specification. */
export interface PodSpec {
  readonly containers: readonly {
    readonly name: string;
    readonly image: string;
    readonly volumeMounts: readonly unknown[];
  }[];
  readonly [field: string]: unknown;
}

/** A pod like those of the StatefulSet `postgres`, with changes; returns it when its server answers. One of the same name goes first. */
export async function applyPod(
  kubeconfig: string,
  name: string,
  change: (spec: PodSpec) => Readonly<Record<string, unknown>>,
): Promise<KubectlPod> {
  const set = JSON.parse(await kubectl(kubeconfig, '-n', 'demo', 'get', 'statefulset', 'postgres', '-o', 'json')) as {
    spec: { template: { spec: PodSpec } };
  };
  const { spec: like } = set.spec.template;
  const spec = change(like);
  const pod = new KubectlPod(kubeconfig, 'demo', name, 'demo', like.containers[0]?.name);
  await pod.remove();
  await execa(kubectlProgram, ['--kubeconfig', kubeconfig, 'apply', '-f', '-'], {
    input: JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'demo' }, spec }),
  });
  await answers(pod);
  return pod;
}

/** Waits until the server in the pod takes commands; after a fault, again. */
export async function answers(pod: KubectlPod, seconds = 240): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    try {
      // by TCP: while the image makes its database, the server answers on its socket alone
      await pod.exec(['pg_isready', '-q', '-h', '127.0.0.1']);
      await pod.sql('postgres', 'checkpoint;');
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(500);
    }
  }
}
