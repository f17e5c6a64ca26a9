// `tsx test/bench/encrypt.ts [megabytes]`: what encryption costs, as ratios to a plain copy of the same file.
import { createWriteStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { streamSafely } from '../../src/core/base/safeFile';
import { decryptedSource } from '../../src/core/encrypt/decryptedSource';
import { decryptStream } from '../../src/core/encrypt/decryptStream';
import { encryptStream } from '../../src/core/encrypt/encryptStream';
import { makeIdentity } from '../../src/core/encrypt/identity';
import { fileSource } from '../../src/core/store/fileSource';

interface Cost {
  /** of the wall clock */
  readonly seconds: number;
  /** of a processor, all threads */
  readonly processor: number;
}

async function costOf(act: () => Promise<void>): Promise<Cost> {
  const before = process.cpuUsage();
  const started = performance.now();
  await act();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - started) / 1000, processor: (user + system) / 1e6 };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

const megabytes = Number(process.argv[2] ?? 256);
const folder = await mkdtemp(join(tmpdir(), 'dbf-bench-'));
try {
  const [plain, sealed, out] = [join(folder, 'plain'), join(folder, 'sealed'), join(folder, 'out')];
  const file = await open(plain, 'wx');
  for (let written = 0; written < megabytes; written += 1) await file.write(randomBytes(1e6));
  await file.close();
  const own = await makeIdentity();
  const write = async (stream: AsyncIterable<Buffer>, to: string): Promise<void> =>
    pipeline(
      Readable.from(stream, { objectMode: true, highWaterMark: 16 }),
      createWriteStream(to, { highWaterMark: 1 << 20 }),
    );
  const ways = {
    copy: async () => write(streamSafely(plain), out),
    encrypt: async () => write(encryptStream(streamSafely(plain), [own.recipient]), sealed),
    decrypt: async () => write(decryptStream('sealed', streamSafely(sealed), [own]), out),
    'by ranges': async () => write((await decryptedSource(await fileSource(sealed), [own])).read(), out),
  };
  const costs = new Map<string, Cost[]>();
  // in turns: what else the machine does falls on all of them
  for (let turn = 0; turn < 5; turn += 1) {
    for (const [name, act] of Object.entries(ways)) {
      costs.set(name, [...(costs.get(name) ?? []), await costOf(act)]);
    }
  }
  const copied = costs.get('copy') ?? [];
  for (const [name, those] of costs) {
    const ratio = (of: (cost: Cost) => number): string =>
      median(those.map((cost, turn) => of(cost) / of(copied[turn] ?? cost))).toFixed(2);
    const perGigabyte = (median(those.map(({ processor }) => processor)) / megabytes) * 1000;
    console.log(
      `${name}: ${ratio(({ seconds }) => seconds)} of a copy's time, ${ratio(({ processor }) => processor)} of its processor; ${perGigabyte.toFixed(2)} processor seconds a GB`,
    );
  }
  console.log(`peak RSS ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
