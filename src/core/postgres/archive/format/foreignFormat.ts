import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { ForeignFormat, ForeignReason, WayOn } from '../../../base/foreignFacts';

/** Looks at the first bytes of a file: 512 are enough for what is not packed. */
export function foreignFormat(start: Buffer): ForeignFormat {
  if (start.length === 0) return { reason: 'empty', way: 'fetch' };
  for (const { signature, ...found } of signatures) {
    if (start.subarray(0, signature.length).equals(signature)) return found;
  }
  return packed(start) ?? tar(start) ?? text(start.toString('latin1')) ?? { reason: 'unknown' };
}

interface Signature {
  readonly signature: Buffer;
  readonly reason: ForeignReason;
  readonly way: WayOn;
}

const signatures: readonly Signature[] = [
  {
    signature: Buffer.from([0xff, 0xfe, 0x50, 0, 0x47, 0]),
    reason: 'rewritten',
    way: 'write',
  },
  {
    signature: Buffer.from([0xfe, 0xff, 0, 0x50, 0, 0x47]),
    reason: 'rewritten',
    way: 'write',
  },
  {
    signature: Buffer.from('PGCOPY\n\u00ff\r\n\0', 'latin1'),
    reason: 'copyRows',
    way: 'none',
  },
  { signature: Buffer.from('SQLite format 3\0'), reason: 'sqlite', way: 'none' },
  { signature: Buffer.from('TAPE\0\0'), reason: 'sqlServer', way: 'none' },
  { signature: Buffer.from([0x6d, 0xe2, 0x99, 0x81]), reason: 'mongodump', way: 'none' },
  { signature: Buffer.from('-----BEGIN PGP MESSAGE'), reason: 'openpgp', way: 'decrypt' },
  { signature: Buffer.from('age-encryption.org/'), reason: 'age', way: 'decrypt' },
  { signature: Buffer.from('Salted__'), reason: 'openssl', way: 'decrypt' },
  {
    signature: Buffer.from('version https://git-lfs'),
    reason: 'lfs',
    way: 'fetch',
  },
];

const packers: readonly { readonly signature: Buffer; readonly name: string; readonly tool: string }[] = [
  { signature: Buffer.from([0x1f, 0x8b]), name: 'gzip', tool: 'gunzip' },
  { signature: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), name: 'zstd', tool: 'unzstd' },
  { signature: Buffer.from([0x04, 0x22, 0x4d, 0x18]), name: 'lz4', tool: 'unlz4' },
  { signature: Buffer.from('BZh'), name: 'bzip2', tool: 'bunzip2' },
  { signature: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a]), name: 'xz', tool: 'unxz' },
];

function packed(start: Buffer): ForeignFormat | undefined {
  if (start.subarray(0, 4).equals(Buffer.from('PK\u0003\u0004')))
    return { reason: 'zip', way: 'unpack', tool: 'unzip' };
  if (start.subarray(0, 6).equals(Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]))) {
    return { reason: '7z', way: 'unpack', tool: '7z x' };
  }
  const packer = packers.find(({ signature }) => start.subarray(0, signature.length).equals(signature));
  if (packer === undefined) return undefined;
  const { name, tool } = packer;
  const inside = beginningOf(start, name);
  const how = { way: 'unpack', tool } as const;
  if (inside.subarray(0, 5).toString('latin1') === 'PGDMP') {
    return { reason: 'archive', packed: name, ...how };
  }
  const found = tar(inside) ?? text(inside.toString('latin1'));
  return { reason: found?.reason ?? 'file', packed: name, ...how };
}

/** The first bytes of what was packed, as far as these hold them. */
function beginningOf(start: Buffer, name: string): Buffer {
  const limits = { maxOutputLength: 1 << 20 };
  try {
    if (name === 'gzip') return gunzipSync(start, { ...limits, finishFlush: constants.Z_SYNC_FLUSH });
    if (name === 'zstd') return zstdDecompressSync(start, { ...limits, finishFlush: constants.ZSTD_e_continue });
  } catch {
    // it is cut, or no such file
  }
  return Buffer.alloc(0);
}

function tar(start: Buffer): ForeignFormat | undefined {
  if (start.subarray(257, 262).toString('latin1') !== 'ustar') return undefined;
  const name = start.subarray(0, 100).toString('latin1').split('\0')[0] ?? '';
  if (/^(\.\/)?(backup_label|tablespace_map|backup_manifest|PG_VERSION|(base|global|pg_\w+)\/)/.test(name)) {
    return { reason: 'baseBackup', way: 'start' };
  }
  return name === 'toc.dat' || name === ''
    ? { reason: 'tar', way: 'load', tool: 'pg_restore' }
    : { reason: 'tar', way: 'unpack', tool: 'tar -x' };
}

function text(start: string): ForeignFormat | undefined {
  const load = { way: 'load', tool: 'psql' } as const;
  if (start.startsWith('UEdETVAB')) return { reason: 'base64', way: 'unpack', tool: 'base64 -d' };
  if (/^\s*-- (MySQL|MariaDB) dump|^\/\*M?!\d/.test(start)) return { reason: 'mysql', way: 'none' };
  if (start.includes('PostgreSQL database cluster dump')) return { reason: 'sqlOfServer', ...load };
  if (start.includes('PostgreSQL database dump')) return { reason: 'sqlDump', ...load };
  if (/^\s*<(!doctype|html|head|body|\?xml)/i.test(start)) return { reason: 'webPage', way: 'fetch' };
  if (/^\s*\{\s*"/.test(start)) return { reason: 'json', way: 'fetch' };
  if (/^(\ufeff|\u00ef\u00bb\u00bf)?\s*(--|\/\*|SET |CREATE |INSERT |COPY |BEGIN|\\restrict|\\connect)/i.test(start)) {
    return { reason: 'sql', ...load };
  }
  return undefined;
}
