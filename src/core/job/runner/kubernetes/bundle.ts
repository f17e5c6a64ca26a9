import { createHash } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { readSafely } from '../../../base/safeFile';

/** One ConfigMap of a bundle: at most what one may hold (1 MiB), keys with base64. */
export interface BundlePart {
  readonly name: string;
  readonly binaryData: Readonly<Record<string, string>>;
}

/** A bundle as it lies in a cluster. */
export interface Bundle {
  /** of all compressed bytes, files by name: what the job's process checks before it runs any of it */
  readonly sha256: string;
  readonly parts: readonly BundlePart[];
}

/** The files of the command line. */
export const bundleFiles = ['cli.js', 'client-s3.cjs', 'db-ferry.cjs'] as const;

const compress = promisify(brotliCompress);
const mostFile = 64 << 20;
/** A ConfigMap may hold 1 MiB in all; names and structure come with it. */
const mostBytes = 950_000;

/** Packs the command line that lies in a folder. Throws what reading it throws. */
export async function packBundle(folder: string): Promise<Bundle> {
  const digest = createHash('sha256');
  const pieces: { readonly key: string; readonly bytes: Buffer }[] = [];
  for (const file of bundleFiles) {
    const bytes = await compress(await readSafely(path.join(folder, file), { most: mostFile, follow: true }), {
      params: { [constants.BROTLI_PARAM_QUALITY]: 9 },
    });
    digest.update(bytes);
    for (let from = 0, at = 0; from < bytes.length; from += mostBytes, at += 1) {
      pieces.push({ key: `${file}.br.${at}`, bytes: bytes.subarray(from, from + mostBytes) });
    }
  }
  const sha256 = digest.digest('hex');
  const parts: { readonly data: Record<string, string>; size: number }[] = [];
  for (const { key, bytes } of pieces) {
    let part = parts.find(({ size }) => size + bytes.length <= mostBytes);
    if (!part) parts.push((part = { data: {}, size: 0 }));
    part.data[key] = bytes.toString('base64');
    part.size += bytes.length;
  }
  const named = parts.map(({ data }, at) => ({
    name: `db-ferry-bundle-${sha256.slice(0, 12)}-${at}`,
    binaryData: data,
  }));
  return { sha256, parts: named };
}

/**
 * What Node is given to run in the pod: puts the bundle together from its ConfigMaps, holds it against the digest that stands in the Job (which nobody can change once it
 * is there), and runs it. A ConfigMap that somebody exchanged runs nothing.
 */
export const loader = `
const fs = require('fs'), path = require('path'), zlib = require('zlib'), crypto = require('crypto');
const found = {}, digest = crypto.createHash('sha256');
for (const name of fs.readdirSync('/bundle').sort()) {
  const at = /^(.+)\\.br\\.(\\d+)$/.exec(name);
  if (at) (found[at[1]] = found[at[1]] || [])[Number(at[2])] = fs.readFileSync('/bundle/' + name);
}
const files = Object.keys(found).sort().map((name) => [name, Buffer.concat(found[name])]);
for (const [, bytes] of files) digest.update(bytes);
if (digest.digest('hex') !== process.env.DB_FERRY_BUNDLE) {
  console.error('The bundle in the ConfigMaps is not the one that this job was started with.');
  process.exit(1);
}
fs.mkdirSync('/tmp/app', { mode: 0o700 });
for (const [name, bytes] of files) fs.writeFileSync(path.join('/tmp/app', name), zlib.brotliDecompressSync(bytes));
process.argv = [process.argv[0], '/tmp/app/cli.js', 'run-request', '/request/request.json'];
require('/tmp/app/cli.js');
`.trim();
