import { isIPv6 } from 'node:net';
import type { Keyed } from './keyed';
import type { Permutation } from './permutation';

const v4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\/(\d{1,2}))?$/;
const mac = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}(?:(?::[0-9a-f]{2}){2})?$/i;

/**
 * Another address: of IPv4 a permutation of all there are, networks of their length among each other; of IPv6 one of the unique local ones, of which no host on the internet has any; of a
 * network card one that is nobody's make. Undefined for what is none of these.
 */
export function maskAddress(text: string, permutation: Permutation, keyed: Keyed): string | undefined {
  const parts = v4.exec(text);
  if (parts !== null) return maskV4(parts, permutation);
  if (mac.test(text)) {
    const length = text.length > 17 ? 8 : 6;
    const hex = keyed.hex(`mac ${text.toLowerCase()}`, length * 2 - 2);
    return ['02', ...(hex.match(/../g) ?? [])].slice(0, length).join(':');
  }
  const [address = '', prefix] = text.split('/');
  if (!isIPv6(address) || address.includes('%')) return undefined;
  if (prefix === undefined) return groups(`fd${keyed.hex(address.toLowerCase(), 30)}`);
  const length = Number(prefix);
  if (!/^\d{1,3}$/.test(prefix) || length > 128) return undefined;
  return `${groups(maskedPrefix(permutation, address.toLowerCase(), length, keyed))}/${length}`;
}

export function isAddress(text: string): boolean {
  const parts = v4.exec(text);
  if (parts !== null) return parts.slice(1, 5).every((part) => Number(part) < 256) && Number(parts[5] ?? 0) <= 32;
  return mac.test(text) || (text.includes(':') && isIPv6(text.split('/')[0] ?? ''));
}

function maskV4(parts: RegExpExecArray, permutation: Permutation): string | undefined {
  const bytes = parts.slice(1, 5).map(Number);
  const length = parts[5] === undefined ? 32 : Number(parts[5]);
  if (bytes.some((byte) => byte > 255) || length > 32) return undefined;
  const address = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const hosts = 2 ** (32 - length);
  const suffix = parts[5] === undefined ? '' : `/${length}`;
  // a network has no bits of a host, and stays one
  if (address % hosts === 0) return dotted(permuted(permutation, address / hosts, length) * hosts) + suffix;
  let masked = address;
  do masked = permuted(permutation, masked, 32);
  while (masked % hosts === 0);
  return dotted(masked) + suffix;
}

function permuted(permutation: Permutation, value: number, bits: number): number {
  const digits = Array.from({ length: bits }, (_, at) => Math.floor(value / 2 ** (bits - 1 - at)) % 2);
  permutation.apply(
    digits,
    digits.map(() => 2),
  );
  return digits.reduce((sum, bit) => sum * 2 + bit, 0);
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** A network of this length, from what its address is written as. */
function maskedPrefix(permutation: Permutation, address: string, length: number, keyed: Keyed): string {
  const bits = bitsOf(address).slice(0, length);
  const hosts = bitsOf(address).slice(length);
  permutation.apply(
    bits,
    bits.map(() => 2),
  );
  const isNetwork = hosts.every((bit) => bit === 0);
  const random = Array.from(keyed.hex(address, 32)).flatMap((digit) => bitsOfHex(digit));
  const rest = hosts.map((_, at) => (isNetwork ? 0 : (random[at] ?? 0)));
  const all = [...bits, ...rest];
  let hex = '';
  for (let at = 0; at < 128; at += 4) hex += parseInt(all.slice(at, at + 4).join(''), 2).toString(16);
  return hex;
}

function bitsOf(address: string): number[] {
  const dottedEnd = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const plain =
    dottedEnd === null
      ? address
      : `${dottedEnd[1] ?? ''}${(Number(dottedEnd[2]) * 256 + Number(dottedEnd[3])).toString(16)}:${(Number(dottedEnd[4]) * 256 + Number(dottedEnd[5])).toString(16)}`;
  const [left = '', right] = plain.split('::');
  const before = left === '' ? [] : left.split(':');
  const after = right === undefined || right === '' ? [] : right.split(':');
  const missing = right === undefined ? 0 : 8 - before.length - after.length;
  const all = [...before, ...new Array<string>(missing).fill('0'), ...after];
  return all.flatMap((group) => Array.from(group.padStart(4, '0')).flatMap(bitsOfHex));
}

function bitsOfHex(digit: string): number[] {
  const value = parseInt(digit, 16);
  return [8, 4, 2, 1].map((bit) => (value & bit ? 1 : 0));
}

/** As the server writes it: the first of the longest rows of zeros, from two on, is left out. */
function groups(hex: string): string {
  const all = (hex.match(/.{4}/g) ?? []).map((group) => group.replace(/^0{1,3}/, ''));
  let [from, length] = [0, 1];
  for (let at = 0; at < all.length; at += 1) {
    let end = at;
    while (all[end] === '0') end += 1;
    if (end - at > length) [from, length] = [at, end - at];
  }
  if (length < 2) return all.join(':');
  return `${all.slice(0, from).join(':')}::${all.slice(from + length).join(':')}`;
}
