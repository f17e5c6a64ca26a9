import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAs } from '../../../src/core/cluster/connect';
import { Credentials } from '../../../src/core/cluster/credentials';
import { readClusters } from '../../../src/core/cluster/readClusters';
import { startApi } from './apiDouble';

describe('a client of somebody else', () => {
  it('brings their token and nothing of the login that shows the way: no plugin runs, no certificate goes along, not by a SOCKS proxy either', async () => {
    const tokens: (string | undefined)[] = [];
    const api = await startApi((request, response) => {
      tokens.push(request.headers.authorization);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    try {
      const ran = join(api.folder, 'ran');
      const plugin = join(api.folder, 'plugin.sh');
      writeFileSync(plugin, `#!/bin/sh\ntouch ${ran}\n`, { mode: 0o755 });
      const config = (cluster: object): string =>
        JSON.stringify({
          ...{ apiVersion: 'v1', kind: 'Config' },
          clusters: [{ name: 'c', cluster: { server: api.url, 'certificate-authority': 'cert.pem', ...cluster } }],
          users: [
            {
              name: 'u',
              user: {
                ...{ token: 'own', 'client-certificate': 'cert.pem', 'client-key': 'key.pem' },
                exec: { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' },
              },
            },
          ],
          contexts: [{ name: 'test', context: { cluster: 'c', user: 'u' } }],
        });
      const clusterOf = async (cluster: object): Promise<Parameters<typeof connectAs>[0]> => {
        writeFileSync(api.kubeconfig, config(cluster));
        const { clusters } = await readClusters({ files: [api.kubeconfig], env: { KUBECONFIG: api.kubeconfig } });
        assert.ok(clusters[0]);
        return clusters[0];
      };
      const client = connectAs(await clusterOf({}), 'theirs');
      await client.get('/version');
      client.forgetLogin();
      assert.deepEqual(tokens, ['Bearer theirs']);
      assert.equal(client.cluster.user, '');
      for (const cluster of [{}, { 'proxy-url': 'socks5://127.0.0.1:1' }]) {
        const way = await new Credentials(await clusterOf(cluster), {}, true).access();
        const agent = way.newAgent(true) as unknown as { readonly options?: object };
        const secrets = [way.headers, way.tls, agent.options ?? {}].flatMap((one) =>
          Object.entries(one).flatMap(([name, value]) => (value === undefined ? [] : [name.toLowerCase()])),
        );
        assert.deepEqual(
          secrets.filter((name) => ['cert', 'key', 'pfx', 'passphrase', 'authorization'].includes(name)),
          [],
        );
      }
      assert.equal(existsSync(ran), false);
    } finally {
      await api.stop();
    }
  });
});
