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
  for (let at = 0; at < 64; at += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (k[at] ?? 0) + (w[at] ?? 0)) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
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
