import { createHmac } from 'node:crypto';

/** rounds of SHA-256's schedule (FIPS 180-4, 4.2.2) */
const roundConstants = new Int32Array([
  ...[0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5],
  ...[0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174],
  ...[0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da],
  ...[0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967],
  ...[0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85],
  ...[0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070],
  ...[0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3],
  ...[0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2],
]);
const start = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19] as const;

/** the longest message that one block holds beside the key's */
const oneBlock = 55;
const schedule = new Int32Array(64);
const block = new Uint8Array(64);

/**
 * HMAC-SHA-256 under one key (RFC 2104), for millions of short values: what the key alone decides is computed once, and a value of up to 55 ASCII characters
 * costs two rounds of SHA-256 and no object. The result is that of node:crypto, which does the longer ones.
 */
export class KeyedHash {
  /** the digest of the last value: eight words, big-endian */
  readonly words = new Int32Array(8);
  readonly #key: Buffer;
  readonly #inner: Int32Array;
  readonly #outer: Int32Array;

  /** `label` keeps apart what is hashed under the same key for another purpose. */
  constructor(key: Uint8Array, label: string) {
    this.#key = createHmac('sha256', key).update(label).digest();
    this.#inner = this.#padded(0x36);
    this.#outer = this.#padded(0x5c);
  }

  /** Hashes a text, as UTF-8, into `words`. */
  hash(text: string): Int32Array {
    const { length } = text;
    if (length > oneBlock) return this.#long(text);
    for (let at = 0; at < length; at += 1) {
      const code = text.charCodeAt(at);
      if (code > 0x7f) return this.#long(text);
      block[at] = code;
    }
    return this.#short(length);
  }

  /**
   * The same of bytes `[from, to)` as COPY writes them, where they are short and ASCII and nothing in them is escaped; else undefined. `folded`: capitals count as small letters.
   */
  hashBytes(source: Uint8Array, from: number, to: number, folded: boolean): Int32Array | undefined {
    const length = to - from;
    if (length > oneBlock) return undefined;
    for (let at = 0; at < length; at += 1) {
      const code = source[from + at] ?? 0;
      if (code > 0x7f || code === 0x5c) return undefined;
      block[at] = folded && code >= 0x41 && code <= 0x5a ? code + 32 : code;
    }
    return this.#short(length);
  }

  #short(length: number): Int32Array {
    const { words } = this;
    block[length] = 0x80;
    block.fill(0, length + 1);
    fill(block);
    schedule[15] = (64 + length) * 8;
    words.set(this.#inner);
    compress(words);
    for (let at = 0; at < 8; at += 1) schedule[at] = words[at] ?? 0;
    schedule[8] = 0x80000000 | 0;
    for (let at = 9; at < 15; at += 1) schedule[at] = 0;
    schedule[15] = (64 + 32) * 8;
    words.set(this.#outer);
    compress(words);
    return words;
  }

  #long(text: string): Int32Array {
    const digest = createHmac('sha256', this.#key).update(text, 'utf8').digest();
    for (let at = 0; at < 8; at += 1) this.words[at] = digest.readInt32BE(at * 4);
    return this.words;
  }

  #padded(pad: number): Int32Array {
    const bytes = new Uint8Array(64).fill(pad);
    this.#key.forEach((byte, at) => (bytes[at] = byte ^ pad));
    fill(bytes);
    const state = Int32Array.from(start);
    compress(state);
    return state;
  }
}

function fill(bytes: Uint8Array): void {
  for (let at = 0; at < 16; at += 1) {
    const from = at * 4;
    schedule[at] =
      ((bytes[from] ?? 0) << 24) |
      ((bytes[from + 1] ?? 0) << 16) |
      ((bytes[from + 2] ?? 0) << 8) |
      (bytes[from + 3] ?? 0);
  }
}

/** One round of SHA-256 over the first 16 words of the schedule. */
function compress(state: Int32Array): void {
  const w = schedule;
  const k = roundConstants;
  for (let at = 16; at < 64; at += 1) {
    const x = w[at - 15] ?? 0;
    const y = w[at - 2] ?? 0;
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[at] = ((w[at - 16] ?? 0) + s0 + (w[at - 7] ?? 0) + s1) | 0;
  }
  let a = state[0] ?? 0;
  let b = state[1] ?? 0;
  let c = state[2] ?? 0;
  let d = state[3] ?? 0;
  let e = state[4] ?? 0;
  let f = state[5] ?? 0;
  let g = state[6] ?? 0;
  let h = state[7] ?? 0;
  let t = 0;
  // eight rounds at a time, so that no register has to move
  for (let at = 0; at < 64; at += 8) {
    t =
      (h +
        (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) +
        (g ^ (e & (f ^ g))) +
        (k[at] ?? 0) +
        (w[at] ?? 0)) |
      0;
    d = (d + t) | 0;
    h =
      (t +
        (((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) +
        ((a & b) ^ (c & (a ^ b)))) |
      0;
    t =
      (g +
        (((d >>> 6) | (d << 26)) ^ ((d >>> 11) | (d << 21)) ^ ((d >>> 25) | (d << 7))) +
        (f ^ (d & (e ^ f))) +
        (k[at + 1] ?? 0) +
        (w[at + 1] ?? 0)) |
      0;
    c = (c + t) | 0;
    g =
      (t +
        (((h >>> 2) | (h << 30)) ^ ((h >>> 13) | (h << 19)) ^ ((h >>> 22) | (h << 10))) +
        ((h & a) ^ (b & (h ^ a)))) |
      0;
    t =
      (f +
        (((c >>> 6) | (c << 26)) ^ ((c >>> 11) | (c << 21)) ^ ((c >>> 25) | (c << 7))) +
        (e ^ (c & (d ^ e))) +
        (k[at + 2] ?? 0) +
        (w[at + 2] ?? 0)) |
      0;
    b = (b + t) | 0;
    f =
      (t +
        (((g >>> 2) | (g << 30)) ^ ((g >>> 13) | (g << 19)) ^ ((g >>> 22) | (g << 10))) +
        ((g & h) ^ (a & (g ^ h)))) |
      0;
    t =
      (e +
        (((b >>> 6) | (b << 26)) ^ ((b >>> 11) | (b << 21)) ^ ((b >>> 25) | (b << 7))) +
        (d ^ (b & (c ^ d))) +
        (k[at + 3] ?? 0) +
        (w[at + 3] ?? 0)) |
      0;
    a = (a + t) | 0;
    e =
      (t +
        (((f >>> 2) | (f << 30)) ^ ((f >>> 13) | (f << 19)) ^ ((f >>> 22) | (f << 10))) +
        ((f & g) ^ (h & (f ^ g)))) |
      0;
    t =
      (d +
        (((a >>> 6) | (a << 26)) ^ ((a >>> 11) | (a << 21)) ^ ((a >>> 25) | (a << 7))) +
        (c ^ (a & (b ^ c))) +
        (k[at + 4] ?? 0) +
        (w[at + 4] ?? 0)) |
      0;
    h = (h + t) | 0;
    d =
      (t +
        (((e >>> 2) | (e << 30)) ^ ((e >>> 13) | (e << 19)) ^ ((e >>> 22) | (e << 10))) +
        ((e & f) ^ (g & (e ^ f)))) |
      0;
    t =
      (c +
        (((h >>> 6) | (h << 26)) ^ ((h >>> 11) | (h << 21)) ^ ((h >>> 25) | (h << 7))) +
        (b ^ (h & (a ^ b))) +
        (k[at + 5] ?? 0) +
        (w[at + 5] ?? 0)) |
      0;
    g = (g + t) | 0;
    c =
      (t +
        (((d >>> 2) | (d << 30)) ^ ((d >>> 13) | (d << 19)) ^ ((d >>> 22) | (d << 10))) +
        ((d & e) ^ (f & (d ^ e)))) |
      0;
    t =
      (b +
        (((g >>> 6) | (g << 26)) ^ ((g >>> 11) | (g << 21)) ^ ((g >>> 25) | (g << 7))) +
        (a ^ (g & (h ^ a))) +
        (k[at + 6] ?? 0) +
        (w[at + 6] ?? 0)) |
      0;
    f = (f + t) | 0;
    b =
      (t +
        (((c >>> 2) | (c << 30)) ^ ((c >>> 13) | (c << 19)) ^ ((c >>> 22) | (c << 10))) +
        ((c & d) ^ (e & (c ^ d)))) |
      0;
    t =
      (a +
        (((f >>> 6) | (f << 26)) ^ ((f >>> 11) | (f << 21)) ^ ((f >>> 25) | (f << 7))) +
        (h ^ (f & (g ^ h))) +
        (k[at + 7] ?? 0) +
        (w[at + 7] ?? 0)) |
      0;
    e = (e + t) | 0;
    a =
      (t +
        (((b >>> 2) | (b << 30)) ^ ((b >>> 13) | (b << 19)) ^ ((b >>> 22) | (b << 10))) +
        ((b & c) ^ (d & (b ^ c)))) |
      0;
  }
  state[0] = ((state[0] ?? 0) + a) | 0;
  state[1] = ((state[1] ?? 0) + b) | 0;
  state[2] = ((state[2] ?? 0) + c) | 0;
  state[3] = ((state[3] ?? 0) + d) | 0;
  state[4] = ((state[4] ?? 0) + e) | 0;
  state[5] = ((state[5] ?? 0) + f) | 0;
  state[6] = ((state[6] ?? 0) + g) | 0;
  state[7] = ((state[7] ?? 0) + h) | 0;
}
