import { rowKernel } from './rowKernel';

/** What the module of `rowKernel.wat` offers; each works on the state at the beginning of its memory. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  /** a piece of COPY text, of this many bytes: 0, or what is wrong with it */
  readonly push: (bytes: number) => number;
  /** a piece of a value without delimiters */
  readonly take: (bytes: number) => void;
  /** the end of that value */
  readonly taken: () => void;
  /** makes a piece of packed chunks; the bytes of them that were used up */
  readonly chunks: (bytes: number) => number;
}

/** What is used of `WebAssembly`, which neither Node's types nor a language without the DOM's have. */
const { WebAssembly: webAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (module: object) => { readonly exports: Exports };
  };
};

/** Places in the module's memory, in bytes. */
export const place = {
  ...{ a: 0, b: 8, sumA: 32, sumB: 40, rows: 48, after: 76, columns: 80, refused: 84, made: 88 },
  ...{ state: 128, kept: 992, piece: 1024, chunks: 133_120, seeds: 264_256 },
} as const;

/** The most bytes of a piece, and of packed chunks at once. */
export const longestPiece = 131_072;

/** Where a hash starts when nothing else seeds it: the first bits of pi's fraction, nothing up the sleeve. */
const start = [0x243f6a8885a308d3n, 0x13198a2e03707344n] as const;

/** Works with the module's memory for as long as nobody else does. */
export interface Tenant {
  /** takes home what it has there */
  leave(): void;
}

/**
 * The one instance of the module in this thread, and its memory. Whoever works with it becomes its tenant by `enter`, which sends the one before home; what is done
 * between two waits is done alone.
 */
export class DigestKernel {
  static #shared: DigestKernel | undefined;
  readonly exports: Exports;
  bytes: Uint8Array;
  view: DataView;
  #tenant: Tenant | undefined;

  private constructor() {
    const { Module, Instance } = webAssembly;
    this.exports = new Instance(new Module(Buffer.from(rowKernel, 'base64'))).exports;
    this.bytes = new Uint8Array(this.exports.memory.buffer);
    this.view = new DataView(this.exports.memory.buffer);
  }

  static get shared(): DigestKernel {
    this.#shared ??= new DigestKernel();
    return this.#shared;
  }

  /** True where this tenant was not in, and has to bring its things. */
  enter(tenant: Tenant): boolean {
    if (this.#tenant === tenant) return false;
    this.#tenant?.leave();
    this.#tenant = tenant;
    return true;
  }

  /** What it has there is needed no more. */
  moveOut(tenant: Tenant): void {
    if (this.#tenant === tenant) this.#tenant = undefined;
  }

  /** Begins: nothing was hashed, nothing counted, and a new row is next. */
  clear(): void {
    this.bytes.fill(0, 0, place.state);
    this.bytes.fill(10, place.kept, place.piece);
    this.view.setInt32(place.after, -1, true);
    this.seed(start);
  }

  /** What the next value begins with. */
  seed([a, b]: readonly [bigint, bigint]): void {
    this.view.setBigUint64(place.a, a, true);
    this.view.setBigUint64(place.b, b, true);
  }

  /** Bytes of a value, of any length. */
  take(bytes: Uint8Array, from = 0, to = bytes.length): void {
    for (let at = from; at < to; at += longestPiece) {
      const end = Math.min(to, at + longestPiece);
      this.bytes.set(bytes.subarray(at, end), place.piece);
      this.exports.take(end - at);
    }
  }

  /** The hash of what was taken. */
  taken(): readonly [bigint, bigint] {
    this.exports.taken();
    return [this.view.getBigUint64(place.a, true), this.view.getBigUint64(place.b, true)];
  }

  /** The hash of one text that nothing else seeds. The tenant's things must not be there. */
  hashOf(bytes: Uint8Array): readonly [bigint, bigint] {
    this.seed(start);
    this.take(bytes);
    return this.taken();
  }

  /** A tenant's state and what waits before the piece; its own copy. */
  state(): Uint8Array {
    const home = new Uint8Array(place.state + place.piece - place.kept);
    home.set(this.bytes.subarray(0, place.state));
    home.set(this.bytes.subarray(place.kept, place.piece), place.state);
    return home;
  }

  /** That state again. */
  bring(home: Uint8Array): void {
    this.bytes.set(home.subarray(0, place.state));
    this.bytes.set(home.subarray(place.state), place.kept);
  }

  /** Room for the seeds of so many columns. */
  makeRoom(columns: number): void {
    const missing = place.seeds + columns * 16 - this.bytes.length;
    if (missing <= 0) return;
    this.exports.memory.grow(Math.ceil(missing / 65_536));
    this.bytes = new Uint8Array(this.exports.memory.buffer);
    this.view = new DataView(this.exports.memory.buffer);
  }
}

/** Two lanes of 64 bits as 32 hex digits. */
export function hexOfWide([a, b]: readonly [bigint, bigint]): string {
  scratch.writeBigUInt64BE(b, 0);
  scratch.writeBigUInt64BE(a, 8);
  return scratch.toString('hex');
}

const scratch = Buffer.alloc(16);
