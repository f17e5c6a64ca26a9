import type { Server } from 'node:http';
import { AppError } from '../../core/base/errors';
import { safe } from '../../words/format';
import type { KubeClient } from '../../core/cluster/kubeClient';
import type { Call, Command } from '../command';
import { kubeconfigsOf } from '../setting';

/** Pages for people without an editor. */
export const consoleCommand: Command = {
  name: 'console',
  summary: 'serve the page on which people without an editor see requests and decide on them',
  more: [
    'It stands behind a proxy that logs people in and passes their token on (X-Forwarded-Access-Token, as oauth-proxy and oauth2-proxy do, or Authorization: Bearer). All is read and decided with that token: what somebody may, the API server says. Without one nothing is shown; its own login is used for the address of the cluster alone.',
  ],
  examples: [
    'db-ferry console prod/db-ferry --for shop --for billing --listen 127.0.0.1:8080 --origin https://db-ferry.apps.example.com',
  ],
  operands: [{ name: 'cluster/namespace', takes: ['place'] }],
  options: ['for', 'listen', 'proxy', 'origin'],
  async run(call) {
    const { options, terminal } = call;
    const { openPlace } = await import('../../core/job/runner/openPlace');
    const { listenAt, untilEnded } = await import('../console/listen');
    const { client, namespace } = await openPlace(kubeconfigsOf(call), call.operands[0] ?? '');
    const server = await consoleOf(call, client, namespace);
    const at = await listenAt(server, options.listen ?? '127.0.0.1:8080');
    terminal.event({ type: 'listening', at });
    terminal.line(safe(`The console answers at ${at}, to its proxy alone.`));
    await untilEnded();
    server.closeAllConnections();
    server.close();
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: {} });
    return 0;
  },
};

/** The console that options ask for; its schedules are those of `runner`. Throws `usage`. */
export async function consoleOf({ options }: Call, { cluster }: KubeClient, runner: string): Promise<Server> {
  const { consoleServer } = await import('../console/server');
  const { trustedProxies } = await import('../console/login');
  const namespaces = options.for ?? [];
  if (namespaces.length === 0)
    throw new AppError('usage', { message: 'console wants --for with each namespace whose requests it shows.' });
  const proxies = trustedProxies(options.proxy ?? []);
  const origins = (options.origin ?? []).map(originOf);
  return consoleServer({ cluster, namespaces, proxies, origins, runner });
}

/** As browsers write it. Throws `usage`. */
function originOf(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text).origin;
  throw new AppError('usage', {
    message: `--origin takes an address such as https://db-ferry.example.com, not "${text}".`,
  });
}
