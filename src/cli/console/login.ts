import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../core/base/errors';

/** Who may bring somebody's token: this machine, and the proxies that were named. */
export function trustedProxies(named: readonly string[]): BlockList {
  const list = new BlockList();
  list.addSubnet('127.0.0.0', 8);
  list.addAddress('::1', 'ipv6');
  for (const one of named) {
    const [address = '', bits] = one.split('/');
    const kind = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const most = kind === 'ipv6' ? 128 : 32;
    const size = bits === undefined ? most : Number(bits);
    if (isIP(address) === 0 || !Number.isInteger(size) || size < 1 || size > most)
      throw new AppError('usage', {
        message: `--proxy takes an address or a network such as 10.1.2.0/24, not "${one}".`,
      });
    list.addSubnet(address, size, kind);
  }
  return list;
}

/** The token that a request brings, or why it brings none. A secret: it is sent to the API server and nowhere else. */
export function tokenOf(
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  proxies: BlockList,
): { readonly token: string } | { readonly why: 'proxy' | 'none' | 'two' } {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
  const kind = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (isIP(address) === 0 || !proxies.check(address, kind)) return { why: 'proxy' };
  const forwarded = headers['x-forwarded-access-token'];
  // a proxy that also sends a password does it as Basic: that is no token
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  const all = [...(forwarded === undefined ? [] : [forwarded].flat()), ...(bearer === undefined ? [] : [bearer])];
  const tokens = new Set(all);
  const [token] = tokens;
  if (token === undefined) return { why: 'none' };
  // of one that came twice nobody says whose it is
  if (tokens.size > 1 || !/^[\w.~+/=-]{8,16384}$/.test(token)) return { why: 'two' };
  return { token };
}

/** What a form has in it that only who was shown it can have: made from their token, for one thing alone. No session is kept for it, and any replica can check it. Pure. */
export function formMark(token: string, what: string): string {
  return createHmac('sha256', token).update(`db-ferry console form ${what}`).digest('base64url');
}

/** Pure. */
export function isFormMark(mark: string, token: string, what: string): boolean {
  const [given, wanted] = [Buffer.from(mark), Buffer.from(formMark(token, what))];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/**
 * True where a browser sends a form from a page of ours: it says so itself (Sec-Fetch-Site), and where the page is from (Origin). What says neither is no browser that somebody
 * sits at, and is refused, too. Pure.
 */
export function isOwnForm(headers: IncomingMessage['headers'], origins: readonly string[]): boolean {
  const site = headers['sec-fetch-site'];
  const { origin, host = '' } = headers;
  if (site !== undefined && site !== 'same-origin') return false;
  if (origin === undefined) return site === 'same-origin';
  if (!URL.canParse(origin)) return false;
  if (origins.length > 0) return origins.includes(origin);
  const forwarded = headers['x-forwarded-host'];
  const hosts = [host, ...(typeof forwarded === 'string' ? [forwarded] : [])];
  return hosts.includes(new URL(origin).host);
}
