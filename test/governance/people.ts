import { execa } from 'execa';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { connect } from '../../src/core/cluster/connect';
import type { KubeClient } from '../../src/core/cluster/kubeClient';
import { readClusters } from '../../src/core/cluster/readClusters';
import { kubectlProgram } from '../cluster/kubectl';

/** A real user of a cluster: a client certificate that its own signer made, with groups. */
export interface Person {
  readonly name: string;
  readonly kubeconfig: string;
  readonly client: KubeClient;
}

/** Makes a user by a CertificateSigningRequest, as an administrator would. Nothing of it is impersonation. */
export async function person(admin: string, folder: string, name: string, groups: readonly string[]): Promise<Person> {
  const [key, csr] = [path.join(folder, `${name}.key`), path.join(folder, `${name}.csr`)];
  const subject = [...groups.map((group) => `/O=${group}`), `/CN=${name}`].join('');
  await execa('openssl', [
    'req',
    '-new',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    key,
    '-out',
    csr,
    '-subj',
    subject,
  ]);
  const object = {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: `db-ferry-test-${name}` },
    spec: {
      request: (await readFile(csr)).toString('base64'),
      signerName: 'kubernetes.io/kube-apiserver-client',
      ...{ expirationSeconds: 7200, usages: ['client auth'] },
    },
  };
  const named = ['csr', object.metadata.name];
  await kubectl(admin, ['delete', ...named, '--ignore-not-found']);
  await kubectl(admin, ['create', '-f', '-'], JSON.stringify(object));
  await kubectl(admin, ['certificate', 'approve', object.metadata.name]);
  let certificate = '';
  for (let tries = 0; certificate === '' && tries < 100; tries += 1) {
    certificate = await kubectl(admin, ['get', ...named, '-o', 'jsonpath={.status.certificate}']);
    if (certificate === '') await sleep(200);
  }
  const view = JSON.parse(await kubectl(admin, ['config', 'view', '--raw', '--minify', '-o', 'json'])) as {
    clusters: { cluster: object }[];
  };
  const kubeconfig = path.join(folder, `${name}.yaml`);
  const user = { 'client-certificate-data': certificate, 'client-key-data': (await readFile(key)).toString('base64') };
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'lab' },
    clusters: [{ name: 'lab', cluster: view.clusters[0]?.cluster }],
    users: [{ name, user }],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: name } }],
  };
  await writeFile(kubeconfig, stringify(config), { mode: 0o600 });
  return { name, kubeconfig, client: await clientOf(kubeconfig) };
}

/** A client by the one context of a kubeconfig. */
export async function clientOf(kubeconfig: string): Promise<KubeClient> {
  const { clusters } = await readClusters({ files: [kubeconfig], env: { KUBECONFIG: kubeconfig } });
  const [cluster] = clusters;
  if (cluster === undefined) throw new Error(`no cluster in ${kubeconfig}`);
  return connect(cluster);
}

/** What kubectl prints. Throws with what it complains of. */
export async function kubectl(kubeconfig: string, args: readonly string[], input?: string): Promise<string> {
  const { stdout } = await execa(kubectlProgram, ['--kubeconfig', kubeconfig, ...args], {
    ...(input === undefined ? {} : { input }),
  });
  return stdout;
}
