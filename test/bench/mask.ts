import { maskArchive } from '../../src/core/mask/stream/maskArchive';
import { readRules } from '../../src/core/mask/rules/readRules';
import { readArchive } from '../../src/core/postgres/archive/format/readArchive';
import { generateArchive, sampleRows } from '../core/postgres/archive/generateArchive';
import { inPieces } from '../core/postgres/archive/realArchives';

export interface MaskSpeed {
  readonly name: string;
  /** MB of COPY text per second of wall clock */
  readonly perSecond: number;
  /** of processor time, all threads */
  readonly perCoreSecond: number;
  /** of that to what reading the same archive alone does in the same run */
  readonly ratio: number;
}

/** A fifth of the columns and a little more: two of seven, no value of which comes twice. */
const rules = readRules(
  `columns: [{match: "*.*.digest", as: hash}, {match: "*.*.customer", as: email}, {match: "*.*.*", as: keep}]`,
);

/** How fast archives of rows are masked, from and to each packing; the median of three runs. */
export async function maskSpeeds(megabytes: number): Promise<MaskSpeed[]> {
  const text = sampleRows((megabytes / 4) * 1e6);
  const speeds: MaskSpeed[] = [];
  for (const compression of ['none', 'zstd'] as const) {
    const pieces: Buffer[] = [];
    for await (const piece of generateArchive({ tables: 4, bytesPerTable: text.length, compression, text }))
      pieces.push(piece);
    const archive = Buffer.concat(pieces);
    const runs: { perSecond: number; perCoreSecond: number; ratio: number }[] = [];
    for (let run = 0; run < 3; run += 1) {
      const read = await measured(text.length * 4, () => readArchive(inPieces(archive, 1 << 18)));
      const masked = await measured(text.length * 4, () =>
        maskArchive(inPieces(archive, 1 << 18), {
          rules,
          key: Buffer.alloc(32, 7),
          packing: { method: compression, level: 1 },
          take: () => undefined,
        }),
      );
      runs.push({ ...masked, ratio: masked.perCoreSecond / read.perCoreSecond });
    }
    const [, middle] = runs.sort((left, right) => left.perCoreSecond - right.perCoreSecond);
    if (middle !== undefined) speeds.push({ name: compression, ...middle });
  }
  return speeds;
}

async function measured(
  bytes: number,
  run: () => Promise<unknown>,
): Promise<{ perSecond: number; perCoreSecond: number }> {
  const before = process.cpuUsage();
  const started = performance.now();
  await run();
  const elapsed = (performance.now() - started) * 1000;
  const { user, system } = process.cpuUsage(before);
  return { perSecond: bytes / elapsed, perCoreSecond: bytes / (user + system) };
}

/** `tsx test/bench/mask.ts [megabytes]`, or `npm run bench -- --mask`. */
async function main(megabytes: number): Promise<void> {
  for (const { name, perSecond, perCoreSecond, ratio } of await maskSpeeds(megabytes)) {
    const against = `${ratio.toFixed(2)} of reading alone`;
    console.log(
      `masking, ${name}: ${perSecond.toFixed(0)} MB/s, ${perCoreSecond.toFixed(0)} MB per core second, ${against}; bar: 40 MB/s`,
    );
  }
  console.log(`peak RSS ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
}

if (process.argv.includes('--mask')) await main(200);
else if (process.argv[1]?.endsWith('mask.ts') === true) await main(Number(process.argv[2] ?? 200));
