import { readFile } from 'node:fs/promises';
import { execContract, type ExecPlace } from '../contract/execContract';
import { asServiceAccount, leave, pair, type Pair } from './setting';

const seeing = 'pods get list';

describe('real clusters: pods/exec, as the lab has it', function () {
  this.timeout(60_000);
  let clusters: Pair;
  let place: ExecPlace;

  before(async () => {
    clusters = await pair();
    const [all, reader, getter, creator] = await Promise.all([
      account('ferry-contract', [seeing, 'pods/exec get create']),
      account('ferry-reader', [seeing]),
      account('ferry-getter', [seeing, 'pods/exec get']),
      account('ferry-creator', [seeing, 'pods/exec create']),
    ]);
    const { namespace, pod } = clusters.source;
    place = {
      server: { ...all.server, token: all.token, place: `${namespace}/${pod}` },
      accounts: { reader, getter, creator },
    };
  });
  after(() => leave(clusters));

  execContract(() => place);

  async function account(name: string, rules: readonly string[]): Promise<Account> {
    const config = JSON.parse(
      await readFile(await asServiceAccount(clusters.kubeconfigA, clusters.root, name, rules), 'utf8'),
    ) as {
      clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
      users: [{ user: { token: string } }];
    };
    const [{ cluster }] = config.clusters;
    const caPem = Buffer.from(cluster['certificate-authority-data'], 'base64').toString();
    const user = `system:serviceaccount:demo:${name}`;
    return { server: { url: cluster.server, caPem }, token: config.users[0].user.token, user };
  }
});

interface Account {
  readonly server: { readonly url: string; readonly caPem: string };
  readonly token: string;
  readonly user: string;
}
