import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest, type AgentOptions } from 'node:https';
import { BlockList, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as tlsConnect, type ConnectionOptions } from 'node:tls';

const connectTimeoutMs = 15_000;

/** The proxy that the environment asks for, as curl and kubectl read it; undefined: go directly. */
export function proxyFor(server: URL, env: Readonly<Record<string, string | undefined>>): URL | undefined {
  const proxy = env['HTTPS_PROXY'] ?? env['https_proxy'] ?? '';
  if (proxy === '' || isExcepted(server, env['NO_PROXY'] ?? env['no_proxy'] ?? '')) return undefined;
  return new URL(proxy.includes('://') ? proxy : `http://${proxy}`);
}

/** TLS through a tunnel that the proxy opens with CONNECT. */
export class ProxyAgent extends Agent {
  readonly #proxy: URL;

  constructor(proxy: URL, options: AgentOptions) {
    super(options);
    this.#proxy = proxy;
  }

  override createConnection(
    options: ConnectionOptions,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const none = undefined as unknown as Duplex;
    this.#tunnel(options).then(
      (socket) => callback?.(null, socket),
      (error: unknown) => callback?.(error instanceof Error ? error : new Error(String(error)), none),
    );
    return undefined;
  }

  #tunnel(options: ConnectionOptions): Promise<Duplex> {
    const host = options.host ?? '';
    const target = `${host.includes(':') ? `[${host}]` : host}:${String(options.port ?? 443)}`;
    return new Promise((resolve, reject) => {
      const request = this.#connectRequest(target);
      const refuse = (why: string): void => {
        request.destroy();
        reject(new Error(`proxy ${this.#proxy.host}: ${why}`));
      };
      request.on('timeout', () => refuse('time-out'));
      request.on('error', (error) => reject(new Error(`proxy ${this.#proxy.host}: ${error.message}`)));
      request.on('response', (response: IncomingMessage) => refuse(`HTTP ${String(response.statusCode)}`));
      request.on('connect', (response: IncomingMessage, socket: Socket) => {
        if (response.statusCode !== 200) {
          socket.destroy();
          refuse(`HTTP ${String(response.statusCode)}`);
          return;
        }
        socket.setTimeout(0);
        const servername = options.servername ?? (isIP(host) === 0 ? host : '');
        resolve(tlsConnect({ ...options, socket, servername }));
      });
      request.end();
    });
  }

  #connectRequest(target: string): ClientRequest {
    const { protocol, hostname, port, username, password } = this.#proxy;
    const login = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
    return (protocol === 'https:' ? httpsRequest : httpRequest)({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
      method: 'CONNECT',
      path: target,
      agent: false,
      timeout: connectTimeoutMs,
      headers: { host: target, ...(username === '' ? {} : { 'proxy-authorization': `Basic ${login}` }) },
    });
  }
}

function isExcepted(server: URL, noProxy: string): boolean {
  const host = server.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const port = server.port === '' ? '443' : server.port;
  return noProxy
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => isCoveredBy(host, port, entry.toLowerCase()));
}

function isCoveredBy(host: string, port: string, entry: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isInRange(host, entry);
  const [, name = entry, wantedPort] = /^(.*?)(?::(\d+))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry) ?? [];
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const suffix = name.replace(/^\[|\]$/g, '').replace(/^\*?\./, '');
  return host === suffix || (isIP(host) === 0 && host.endsWith(`.${suffix}`));
}

/** OpenShift puts the networks of services and pods into NO_PROXY. */
function isInRange(host: string, range: string): boolean {
  const [network = '', bits = ''] = range.split('/');
  const [hostKind, kind] = [isIP(host), isIP(network)];
  if (kind === 0 || kind !== hostKind || !/^\d+$/.test(bits)) return false;
  const family = kind === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  try {
    list.addSubnet(network, Number(bits), family);
  } catch {
    return false;
  }
  return list.check(host, family);
}
