/** Where the parts of an archive stand, found without the reader: for damages that hit a part on purpose. */
export interface Anatomy {
  readonly tocEnd: number;
  /** whole data blocks, [from, to) */
  readonly blocks: readonly (readonly [number, number])[];
  /** places of the lengths of chunks */
  readonly lengths: readonly number[];
  /** packed data, [from, to) */
  readonly payloads: readonly (readonly [number, number])[];
}

export function anatomyOf(archive: Buffer, tocEnd: number): Anatomy {
  const blocks: [number, number][] = [];
  const lengths: number[] = [];
  const payloads: [number, number][] = [];
  const int = (at: number): number => archive.readUInt32LE(at + 1);
  let at = tocEnd;
  const chunks = (): void => {
    for (;;) {
      const length = int(at);
      lengths.push(at);
      at += 5;
      if (length === 0) return;
      payloads.push([at, at + length]);
      at += length;
    }
  };
  while (at < archive.length) {
    const from = at;
    const type = archive[at];
    at += 6;
    if (type === 1) chunks();
    else {
      while (int(at) !== 0) {
        at += 5;
        chunks();
      }
      at += 5;
    }
    blocks.push([from, at]);
  }
  return { tocEnd, blocks, lengths, payloads };
}

/** A small repeatable source of chance (mulberry32). */
export function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Kinds of damage. `structure` must always be refused; `contents` may hit what nothing checks but a digest. */
export const damages = {
  cut: 'structure',
  garbage: 'structure',
  swappedBlocks: 'structure',
  missingBlock: 'structure',
  doubledBlock: 'structure',
  length: 'structure',
  removedBytes: 'structure',
  zeroedLengths: 'structure',
  head: 'contents',
  tableOfContents: 'contents',
  payload: 'contents',
} as const;

export type Damage = keyof typeof damages;

/** A copy of the archive with one damage. */
export function damage(archive: Buffer, anatomy: Anatomy, kind: Damage, random: (below: number) => number): Buffer {
  const copy = Buffer.from(archive);
  const block = (): readonly [number, number] => anatomy.blocks[random(anatomy.blocks.length)]!;
  const flip = (at: number): Buffer => {
    copy[at] = copy[at]! ^ (1 << random(8));
    return copy;
  };
  switch (kind) {
    case 'cut':
      return copy.subarray(0, random(archive.length));
    case 'garbage':
      return Buffer.concat([archive, Buffer.from(Array.from({ length: 1 + random(40) }, () => random(256)))]);
    case 'swappedBlocks': {
      const index = random(anatomy.blocks.length - 1);
      const [first, second] = [anatomy.blocks[index]!, anatomy.blocks[index + 1]!];
      const parts = [archive.subarray(0, first[0]), archive.subarray(...second), archive.subarray(...first)];
      return Buffer.concat([...parts, archive.subarray(second[1])]);
    }
    case 'missingBlock': {
      const [from, to] = block();
      return Buffer.concat([archive.subarray(0, from), archive.subarray(to)]);
    }
    case 'doubledBlock': {
      const [from, to] = block();
      return Buffer.concat([archive.subarray(0, to), archive.subarray(from, to), archive.subarray(to)]);
    }
    case 'length':
      return flip(anatomy.lengths[random(anatomy.lengths.length)]! + 1 + random(2));
    case 'removedBytes': {
      const from = anatomy.tocEnd + random(archive.length - anatomy.tocEnd - 1);
      return Buffer.concat([archive.subarray(0, from), archive.subarray(from + 1 + random(3))]);
    }
    case 'zeroedLengths':
      return copy.fill(0, anatomy.lengths[random(anatomy.lengths.length - 1)], archive.length);
    case 'head':
      return flip(random(60));
    case 'tableOfContents':
      return flip(60 + random(anatomy.tocEnd - 60));
    case 'payload': {
      const [from, to] = anatomy.payloads[random(anatomy.payloads.length)]!;
      return flip(from + random(to - from));
    }
  }
}
