/**
 * Digest 2 once more, from its definition alone and in no hurry: what the module in `src` is held against. It takes values, not text, and shares
 * no line and no constant with it.
 */
export function plainDigest2(columns: readonly string[], rows: readonly (readonly Uint8Array[])[]): string {
  const seeds = (columns.length === 0 ? [''] : columns).map((column) => hash(Buffer.from(column), start));
  let a = 0n;
  let b = 0n;
  for (const row of rows) {
    const sum: Lanes = row.reduce<Lanes>(
      (before, value, index) => {
        const [c, d] = hash(value, seeds[index]!);
        return [wrap(before[0] + c), wrap(before[1] + d)];
      },
      [0n, 0n],
    );
    const [c, d] = mixed(sum);
    a = wrap(a + c);
    b = wrap(b + d);
  }
  return hexOf([b, a]);
}

/** Content and oids of large objects. */
export function plainObjects2(objects: readonly (readonly [number, Uint8Array])[]): { digest: string; oids: string } {
  let contents: Lanes = [0n, 0n];
  let oids: Lanes = [0n, 0n];
  for (const [oid, content] of objects) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(oid);
    const seed = hash(bytes, start);
    const found = hash(content, seed);
    oids = [wrap(oids[0] + seed[0]), wrap(oids[1] + seed[1])];
    contents = [wrap(contents[0] + found[0]), wrap(contents[1] + found[1])];
  }
  return { digest: hexOf([contents[1], contents[0]]), oids: hexOf([oids[1], oids[0]]) };
}

type Lanes = readonly [bigint, bigint];

/** the fraction of pi */
const start: Lanes = [0x243f6a8885a308d3n, 0x13198a2e03707344n];
/** the primes of xxHash64, in decimal */
const primes = [11400714785074694791n, 14029467366897019727n, 1609587929392839161n, 9650029242287828579n] as const;

export function hash(value: Uint8Array, seed: Lanes): Lanes {
  let [a, b] = seed;
  for (let at = 0; at === 0 || at < value.length; at += 16) {
    const group = Buffer.alloc(16);
    group.set(value.subarray(at, at + 16));
    const x = wrap((a ^ group.readBigUInt64LE(0)) * primes[0]);
    const y = wrap((b ^ group.readBigUInt64LE(8)) * primes[1]);
    a = wrap((turned(x, 31n) + y) * primes[2]);
    b = wrap((turned(y, 33n) + a) * primes[3]);
  }
  const length = BigInt(value.length);
  return mixed([a ^ length, b ^ length]);
}

function mixed([one, other]: Lanes): Lanes {
  let a = wrap(one + other);
  let b = wrap(other + a);
  a = mix(a);
  b = mix(b);
  a = wrap(a + b);
  b = wrap(b + a);
  return [a, b];
}

function mix(value: bigint): bigint {
  let h = wrap((value ^ (value >> 33n)) * 18397679294719823053n);
  h = wrap((h ^ (h >> 33n)) * 14181476777654086739n);
  return h ^ (h >> 33n);
}

const wrap = (value: bigint): bigint => BigInt.asUintN(64, value);
const turned = (value: bigint, by: bigint): bigint => wrap((value << by) | (value >> (64n - by)));
const hexOf = (lanes: Lanes): string => lanes.map((lane) => lane.toString(16).padStart(16, '0')).join('');
