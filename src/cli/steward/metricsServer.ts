import { createServer, type Server } from 'node:http';
import { stewardMetrics, type StewardState } from '../../report/stewardMetrics';

/** What is asked of a steward by whoever watches it. */
export interface Watched {
  readonly state: StewardState;
  /** it knows who acts, and, where it acts itself, comes to the end of what it does */
  readonly isReady: boolean;
  /** it does not hang */
  readonly isAlive: boolean;
}

/** Answers `/metrics`, `/healthz` and `/readyz`, and nothing else: none of it says whose request it is. */
export function metricsServer(watched: () => Watched): Server {
  const server = createServer((request, response) => {
    const { state, isReady, isAlive } = watched();
    const answer = (status: number, text: string, type = 'text/plain; charset=utf-8'): void => {
      const headers = { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
      response.writeHead(status, headers).end(request.method === 'HEAD' ? '' : text);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, '');
    switch ((request.url ?? '').split('?', 1)[0]) {
      case '/metrics':
        return answer(200, stewardMetrics(state), 'text/plain; version=0.0.4; charset=utf-8');
      case '/healthz':
        return answer(isAlive ? 200 : 503, isAlive ? 'ok\n' : 'it hangs\n');
      case '/readyz':
        return answer(isReady ? 200 : 503, isReady ? 'ok\n' : 'the cluster does not answer\n');
      default:
        return answer(404, '');
    }
  });
  server.requestTimeout = 10_000;
  server.maxConnections = 50;
  return server;
}
