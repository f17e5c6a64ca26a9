import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A real OIDC provider, as the variables of whoever started it name it. */
export interface Provider {
  readonly url: string;
  readonly ca: string;
  readonly client: string;
  readonly suffix: string;
  readonly password: string;
}

/** The provider of the environment; undefined: there is none. */
export function providerHere(): Provider | undefined {
  const env = process.env;
  const [url, ca, client] = [env['OIDC_TOKEN_URL'], env['OIDC_CA'], env['OIDC_CLIENT']];
  const [suffix = '', password] = [env['OIDC_LOGIN_SUFFIX'], env['OIDC_PASSWORD']];
  if (url === undefined || ca === undefined || client === undefined || password === undefined) return undefined;
  return { url, ca, client, suffix, password };
}

/** The ID token that the provider gives somebody for their password. */
export async function logIn({ url, ca, client, suffix }: Provider, user: string, password: string): Promise<string> {
  const body = new URLSearchParams({
    ...{ grant_type: 'password', client_id: client, username: `${user}${suffix}`, password },
    scope: 'openid email profile groups',
  }).toString();
  const outgoing = httpsRequest(url, {
    ...{ method: 'POST', ca: readFileSync(ca) },
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const { id_token: token } = JSON.parse(await textOf(response)) as { id_token?: string };
  if (token === undefined) throw new Error('the provider gave no token');
  return token;
}

/** Logs people in with the provider, as an OIDC proxy does, and passes their token on: what a browser says of tokens itself it takes away. */
export async function startProxy(
  provider: Provider,
  upstream: () => string,
): Promise<{ readonly url: string; stop(): void }> {
  const sessions = new Map<string, string>();
  const server = createServer((request, response) => {
    const serve = async (): Promise<void> => {
      const { headers, method, url = '/' } = request;
      if (url === '/login' && method === 'POST') {
        const form = new URLSearchParams(await textOf(request));
        const token = await logIn(provider, form.get('user') ?? '', form.get('password') ?? '');
        const session = randomBytes(24).toString('hex');
        sessions.set(session, token);
        const cookie = `session=${session}; HttpOnly; SameSite=Lax; Path=/`;
        response.writeHead(303, { 'set-cookie': cookie, location: '/' }).end();
        return;
      }
      const token = sessions.get(/session=([0-9a-f]+)/.exec(headers.cookie ?? '')?.[1] ?? '');
      if (token === undefined) {
        response.writeHead(200, { 'content-type': 'text/html' }).end(loginPage);
        return;
      }
      const kept = Object.entries(headers).filter(([name]) => name !== 'authorization' && name !== 'cookie');
      const passed = { ...Object.fromEntries(kept), 'x-forwarded-access-token': token };
      const inner = httpRequest(`${upstream()}${url}`, { method: method ?? 'GET', headers: passed }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      inner.on('error', () => response.writeHead(502).end());
      request.pipe(inner);
    };
    serve().catch(() => response.writeHead(403).end('no login'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const loginPage = `<!doctype html><title>Log in</title><form method="post" action="/login"><input name="user" aria-label="user"><input name="password" type="password" aria-label="password"><button>Log in</button></form>`;

async function textOf(stream: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of stream as AsyncIterable<Buffer>) text += chunk.toString();
  return text;
}
