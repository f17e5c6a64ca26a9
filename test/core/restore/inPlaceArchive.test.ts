import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isAppError } from '../../../src/core/base/errors';
import { readArchive } from '../../../src/core/postgres/archive/format/readArchive';
import type { ArchiveReading } from '../../../src/core/postgres/archive/reading';
import { takeApart, type InPlaceArchive } from '../../../src/core/restore/inPlace/inPlaceArchive';
import { fileSource } from '../../../src/core/store/fileSource';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';
import { hostileArchive, hostileTable, zstdBomb } from '../postgres/archive/hostileArchive';
import { inPieces } from '../postgres/archive/realArchives';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

describe('an archive as the session of a restore in place takes it', function () {
  this.timeout(120_000);
  let server: Server;
  let folder: string;
  let file: string;
  const signal = new AbortController().signal;
  before(async () => {
    server = await startServer({ major: 18 });
    folder = await mkdtemp(join(tmpdir(), 'dbf-apart-'));
    file = join(folder, 'a.dump');
  });
  after(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** `reading` is of an archive that is read; the file may be another, as one that was changed behind it. */
  async function apart(archive: Buffer, reading?: ArchiveReading): Promise<InPlaceArchive> {
    await writeFile(file, archive);
    const { exec, facts } = await openServer(server);
    const place = { exec, access: facts.access, from: 'postgres' };
    const how = { application: 'test', noOwner: true, staying: { schemas: [], extensions: {} }, mark: 'mark', signal };
    return takeApart(place, await fileSource(file), reading ?? (await readArchive(inPieces(archive))), how);
  }

  it('refuses contents that are not those that were read', async () => {
    const proven = hostileArchive(hostileTable('1\n'));
    const other = hostileArchive(hostileTable('1\n', { create: 'CREATE TABLE public.t (v text); SELECT 1;\n' }));
    const reading = await readArchive(inPieces(proven));
    await apart(proven, reading);
    await assert.rejects(apart(other, reading), { code: 'file.refused' });
  });

  it('says definitions and names in signs that psql has no use for', async () => {
    const name = `t "'\\\n\\! touch /tmp/x\n;$q$:x`;
    const quoted = `"${name.replaceAll('"', '""')}"`;
    const entries = hostileTable('1\n', {
      tag: name,
      create: `CREATE TABLE public.${quoted} (${quoted} text);\nCOMMENT ON TABLE public.${quoted} IS '\n\\! touch /tmp/x\n';\n`,
      copy: `COPY public.${quoted} (${quoted}) FROM stdin;\n`,
    });
    const parts = await apart(hostileArchive(entries));
    const pieces: Buffer[] = [];
    for await (const piece of parts.rows(signal, () => undefined)) pieces.push(piece);
    const [copy = '', ...text] = Buffer.concat(pieces).toString().split('\n');
    assert.match(copy, /^COPY U&"public" UESCAPE '!'\.U&"[\w!]+" UESCAPE '!' \(U&"[\w!]+" UESCAPE '!'\) FROM STDIN;$/);
    assert.deepEqual(text, ['1', '\\.', '', '', '']);
    for (const part of [parts.before, parts.after, parts.proof]) assert.doesNotMatch(part.toString(), /\\/);
  });

  it('hands out no row that was not looked at, also of a file that was changed since', async () => {
    for (const row of ['\\.\r', '\0', 'a\rb', '\\.x', 'a\\', '\\q']) {
      for (const compression of ['none', 'gzip', 'zstd'] as const) {
        const rows = `${'harmless\n'.repeat(20_000)}${row}\n\\! touch /tmp/x\n`;
        const good = await readArchive(inPieces(hostileArchive(hostileTable('x\n'), { compression, chunk: 4096 })));
        const parts = await apart(hostileArchive(hostileTable(rows), { compression, chunk: 4096 }), good);
        const sent: Buffer[] = [];
        await assert.rejects(
          async () => {
            for await (const piece of parts.rows(signal, () => undefined)) sent.push(piece);
          },
          (error) => isAppError(error, 'archive.damaged'),
        );
        const text = Buffer.concat(sent).toString('latin1').split('\n').slice(1);
        assert.ok(
          text.slice(0, -1).every((line) => line === 'harmless'),
          JSON.stringify(row),
        );
        assert.ok('harmless'.startsWith(text.at(-1) ?? ''), JSON.stringify(text.at(-1)));
      }
    }
  });

  it('holds little of rows that come faster than they go', async () => {
    const data = zstdBomb(4096, Buffer.from('\n\\.\n\n\n'));
    const parts = await apart(hostileArchive(hostileTable('', { data }), { compression: 'zstd', packed: true }));
    let bytes = 0;
    let most = 0;
    let hasWaited = false;
    const began = process.memoryUsage().arrayBuffers;
    for await (const piece of parts.rows(signal, () => undefined)) {
      bytes += piece.length;
      // once for so long that all of it could have been unpacked meanwhile
      if (!hasWaited) await new Promise((resolve) => setTimeout(resolve, 6000));
      hasWaited = true;
      most = Math.max(most, heldSince(began));
    }
    assert.ok(bytes > 4096 * 131_072);
    assert.ok(most < 150_000_000, `${Math.round(most / 1e6)} MB of ${Math.round(bytes / 1e6)} MB`);
  });
});

/** Bytes of buffers that somebody holds: what is only waiting to be collected does not count. */
function heldSince(began: number): number {
  const seen = process.memoryUsage().arrayBuffers - began;
  if (seen < 100_000_000) return seen;
  collect();
  return process.memoryUsage().arrayBuffers - began;
}
