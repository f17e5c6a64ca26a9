/** What a file that is not a custom-format archive seems to be, by its first bytes. */
export function foreignFormat(start: Buffer): string {
  for (const [signature, name] of signatures) if (start.subarray(0, signature.length).equals(signature)) return name;
  if (start.subarray(257, 262).toString('latin1') === 'ustar') return 'a tar archive';
  const text = start.toString('latin1');
  if (text.includes('PostgreSQL database cluster dump')) return 'a plain SQL dump of a whole server';
  if (text.includes('PostgreSQL database dump')) return 'a plain SQL dump';
  if (/^\s*(--|\/\*|SET |CREATE |INSERT |COPY |BEGIN|\\restrict)/i.test(text)) return 'SQL text';
  return 'not a PostgreSQL archive';
}

const signatures: readonly (readonly [Buffer, string])[] = [
  [Buffer.from([0x1f, 0x8b]), 'a file compressed with gzip as a whole'],
  [Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), 'a file compressed with zstd as a whole'],
  [Buffer.from([0x04, 0x22, 0x4d, 0x18]), 'a file compressed with lz4 as a whole'],
  [Buffer.from('BZh'), 'a file compressed with bzip2 as a whole'],
  [Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a]), 'a file compressed with xz as a whole'],
  [Buffer.from('PK\u0003\u0004'), 'a zip file'],
];
