/**
 * A one-pass 128-bit hash for plain JavaScript: four 32-bit lanes, each `lane = (rotate(lane) op word) * odd`. Every lane is a
 * bijection of its state for a given word, so a change of one word is never lost; two changes cancel only if they cancel in
 * all four lanes, which rotate by different amounts and alternate between xor and addition so that they do not agree on
 * what cancels. It is a check against accidents, not against someone who searches for collisions (SHA-256 over the file
 * is there for that).
 *
 * Constants: the multipliers are odd with well spread bits (the golden ratio's, and those of xxHash32 and MurmurHash3, which
 * were chosen for avalanche); the rotations 5, 11, 19, 25 are pairwise different modulo 32, also in their differences.
 */
export const multiplierA = 0x9e3779b1;
export const multiplierB = 0x85ebca77;
export const multiplierC = 0xc2b2ae3d;
export const multiplierD = 0x27d4eb2f;

/** Where a hash starts when nothing else seeds it: the first bits of pi's fraction, nothing up the sleeve. */
const start = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344] as const;

/** Four lanes of 32 bits, as signed integers. */
export type Lanes = Int32Array;

/** The hash of bytes that arrive in pieces. `lanes` is valid after `finish` and until the next `reset`. */
export class Hash128 {
  readonly lanes: Lanes = new Int32Array(4);
  #word = 0;
  #filled = 0;
  #length = 0;

  constructor() {
    this.reset();
  }

  /** Begins anew; a seed makes an independent hash function, e.g. one per column. */
  reset(seed?: Lanes): this {
    if (seed === undefined) this.lanes.set(start);
    else this.lanes.set(seed);
    this.#word = 0;
    this.#filled = 0;
    this.#length = 0;
    return this;
  }

  /** Takes in `bytes[from, to)`; how the bytes are cut into pieces does not matter. */
  update(bytes: Uint8Array, from = 0, to = bytes.length): this {
    const { lanes } = this;
    let a = lanes[0] ?? 0;
    let b = lanes[1] ?? 0;
    let c = lanes[2] ?? 0;
    let d = lanes[3] ?? 0;
    let word = this.#word;
    let shift = this.#filled * 8;
    for (let at = from; at < to; at += 1) {
      word |= (bytes[at] ?? 0) << shift;
      shift += 8;
      if (shift < 32) continue;
      a = Math.imul(((a << 5) | (a >>> 27)) ^ word, multiplierA);
      b = Math.imul((((b << 11) | (b >>> 21)) + word) | 0, multiplierB);
      c = Math.imul(((c << 19) | (c >>> 13)) ^ word, multiplierC);
      d = Math.imul((((d << 25) | (d >>> 7)) + word) | 0, multiplierD);
      word = 0;
      shift = 0;
    }
    lanes[0] = a;
    lanes[1] = b;
    lanes[2] = c;
    lanes[3] = d;
    this.#word = word;
    this.#filled = shift / 8;
    this.#length += to - from;
    return this;
  }

  /** Ends the hash: the rest, the length, and the avalanche. */
  finish(): Lanes {
    const { lanes } = this;
    const padding = 4 - this.#filled;
    const length = this.#length;
    if (padding < 4) this.update(zeros, 0, padding);
    avalanche(lanes, length | 0);
    return lanes;
  }
}

/**
 * The end of a hash: every bit of the result depends on every bit of the lanes and of `tweak`. The steps are those of
 * MurmurHash3's 128-bit finish (lanes added to each other, `fmix32` on each, added again).
 */
export function avalanche(lanes: Lanes, tweak: number): void {
  let a = (lanes[0] ?? 0) ^ tweak;
  let b = (lanes[1] ?? 0) ^ tweak;
  let c = (lanes[2] ?? 0) ^ tweak;
  let d = (lanes[3] ?? 0) ^ tweak;
  a = (a + b + c + d) | 0;
  b = (b + a) | 0;
  c = (c + a) | 0;
  d = (d + a) | 0;
  a = mix32(a);
  b = mix32(b);
  c = mix32(c);
  d = mix32(d);
  a = (a + b + c + d) | 0;
  lanes[0] = a;
  lanes[1] = (b + a) | 0;
  lanes[2] = (c + a) | 0;
  lanes[3] = (d + a) | 0;
}

/** MurmurHash3's `fmix32`: a bijection of 32 bits in which every input bit reaches every output bit. */
export function mix32(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** A sum of hashes modulo 2^128: the order of what is summed does not matter, and equal things do not cancel. */
export class Sum128 {
  #total = 0n;

  add(lanes: Lanes): void {
    this.addWide(lanesToBigInt(lanes));
  }

  addWide(value: bigint): void {
    this.#total = BigInt.asUintN(128, this.#total + value);
  }

  hex(): string {
    scratch.writeBigUInt64BE(this.#total >> 64n, 0);
    scratch.writeBigUInt64BE(BigInt.asUintN(64, this.#total), 8);
    return scratch.toString('hex');
  }
}

/** Four lanes as 32 hex digits. */
export function hexOf(lanes: Lanes): string {
  // by way of a buffer: a flat string, where one put together from parts would keep the parts
  for (let lane = 0; lane < 4; lane += 1) scratch.writeInt32BE(lanes[3 - lane] ?? 0, lane * 4);
  return scratch.toString('hex');
}

function lanesToBigInt(lanes: Lanes): bigint {
  let value = 0n;
  for (let lane = 3; lane >= 0; lane -= 1) value = (value << 32n) | BigInt((lanes[lane] ?? 0) >>> 0);
  return value;
}

const scratch = Buffer.alloc(16);
const zeros = new Uint8Array(4);
