import path from 'node:path';
import { defined } from '../../core/base/defined';
import { AppError } from '../../core/base/errors';
import { safe } from '../../words/format';
import type { Command } from '../command';
import { kubeconfigsOf } from '../setting';

/** Puts what runs jobs into a namespace of a cluster. */
const runner: Command = {
  name: 'deploy runner',
  summary: 'let jobs run in a namespace of a cluster: a ServiceAccount, roles, a volume, this version of DB Ferry',
  more: [
    'Nothing is installed that runs by itself, and no registry is needed: the bundle goes into ConfigMaps, over the nodejs image that the cluster has. Its ServiceAccount may run commands in the pods of the namespaces that --for names, which makes it superuser of every database there; Kubernetes refuses to give it what you have not got.',
  ],
  examples: [
    'db-ferry deploy runner prod/db-ferry --for shop --for billing',
    'db-ferry deploy runner prod/db-ferry --for shop --plan > runner.yaml',
  ],
  operands: [{ name: 'cluster/namespace', takes: ['place'] }],
  options: ['for', 'size', 'storage-class', 'image', 'bundle', 'secret', 'kubeconfig-secret', 'plan'],
  async run(call) {
    const { options, terminal } = call;
    const { openPlace } = await import('../../core/job/runner/openPlace');
    const { applyAll, planRunner } = await import('../../core/job/runner/kubernetes/deploy');
    const { client, namespace } = await openPlace(kubeconfigsOf(call), call.operands[0] ?? '');
    const { keyRing } = await import('../../core/state/keys');
    const { own, trusted } = await keyRing();
    const keys = [...(own === undefined ? [] : [own]), ...trusted.map(({ key }) => key)];
    const objects = await planRunner(client, {
      ...{ namespace, targets: options.for ?? [], bundle: bundleOf(options.bundle) },
      ...{ image: options.image, size: sizeOf(options.size), storageClass: options['storage-class'] },
      more: defined({
        secrets: options.secret === undefined ? undefined : [...options.secret],
        kubeconfig: options['kubeconfig-secret'],
        recipients: process.env['DB_FERRY_RECIPIENTS'],
        trustedKeys: keys.length === 0 ? undefined : keys.join(' '),
      }),
    });
    const place = `${client.cluster.alias}/${namespace}`;
    if (options.plan === true) {
      const { stringify } = await import('yaml');
      for (const { body } of objects) terminal.line(`---\n${stringify(body).trimEnd()}`);
    } else {
      await applyAll(client, objects);
      for (const { kind, namespace: where, name } of objects) terminal.line(safe(`${kind} ${where}/${name}`));
    }
    const named = objects.map(({ kind, namespace: where, name }) => ({ kind, namespace: where, name }));
    const data = { runner: place, objects: named, planned: options.plan === true };
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data });
    if (options.plan !== true) terminal.info(safe(`Jobs run there with --in-cluster --runner ${place}.`));
    return 0;
  },
};

function bundleOf(bundle = 'configmap'): { readonly folder: string } | { readonly path: string } {
  if (bundle.startsWith('/')) return { path: bundle };
  if (bundle !== 'configmap') {
    throw new AppError('usage', { message: `--bundle takes configmap, or a path in the image, not "${bundle}".` });
  }
  // the launcher lies beside what it starts; a link of a bin folder leads to it
  return { folder: path.dirname(process.argv[1] ?? '') };
}

/** As Kubernetes writes quantities. Throws `usage`. */
function sizeOf(size = '20Gi'): string {
  if (/^[1-9]\d{0,8}(?:[KMGTP]i?)?$/.test(size)) return size;
  throw new AppError('usage', { message: `--size takes a quantity such as 50Gi, not "${size}".` });
}

export const deploy: readonly Command[] = [runner];
