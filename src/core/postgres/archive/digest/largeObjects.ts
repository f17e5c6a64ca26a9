import type { LargeObjectReading } from '../reading';
import { DigestKernel, hexOfWide, type Tenant } from './digestKernel';
import { Hash128, Sum128 } from './hash128';

/** Counts and hashes large objects with digest 1, in any order. */
export class LargeObjects1 {
  readonly #hash = new Hash128();
  readonly #seed = new Int32Array(4);
  readonly #contents = new Sum128();
  readonly #oids = new Sum128();
  #count = 0;
  #bytes = 0;

  begin(oid: number): void {
    this.#seed.set(this.#hash.reset().update(bytesOf(oid)).finish());
    this.#oids.add(this.#seed);
    // the oid seeds the content's hash, so that two objects that changed places count
    this.#hash.reset(this.#seed);
    this.#count += 1;
  }

  push(bytes: Uint8Array, from: number, to: number): void {
    this.#bytes += to - from;
    this.#hash.update(bytes, from, to);
  }

  end(): void {
    this.#contents.add(this.#hash.finish());
  }

  result(): LargeObjectReading {
    return { count: this.#count, bytes: this.#bytes, digest: this.#contents.hex(), oids: this.#oids.hex() };
  }
}

/** The same with digest 2; an object's content is one value, seeded by its oid. */
export class LargeObjects2 implements Tenant {
  readonly #kernel = DigestKernel.shared;
  readonly #contents = new SumOfLanes();
  readonly #oids = new SumOfLanes();
  #home: Uint8Array | undefined;
  #count = 0;
  #bytes = 0;

  begin(oid: number): void {
    const kernel = this.#kernel;
    kernel.enter(this);
    kernel.clear();
    const seed = kernel.hashOf(bytesOf(oid));
    this.#oids.add(seed);
    kernel.seed(seed);
    this.#count += 1;
  }

  push(bytes: Uint8Array, from: number, to: number): void {
    this.#bytes += to - from;
    this.#enter().take(bytes, from, to);
  }

  end(): void {
    this.#contents.add(this.#enter().taken());
  }

  result(): LargeObjectReading {
    this.#kernel.moveOut(this);
    return { count: this.#count, bytes: this.#bytes, digest: this.#contents.hex(), oids: this.#oids.hex() };
  }

  leave(): void {
    this.#home = this.#kernel.state();
  }

  #enter(): DigestKernel {
    if (this.#kernel.enter(this) && this.#home) this.#kernel.bring(this.#home);
    return this.#kernel;
  }
}

class SumOfLanes {
  #a = 0n;
  #b = 0n;

  add([a, b]: readonly [bigint, bigint]): void {
    this.#a = BigInt.asUintN(64, this.#a + a);
    this.#b = BigInt.asUintN(64, this.#b + b);
  }

  hex(): string {
    return hexOfWide([this.#a, this.#b]);
  }
}

function bytesOf(oid: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, oid, true);
  return bytes;
}
