import assert from 'node:assert/strict';
import {
  appendFile,
  cp,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { execa } from 'execa';
import { isAppError } from '../../../src/core/base/errors';
import { listBackups, listPartials, openArchive } from '../../../src/core/catalog/catalog';
import type { BackupEntry } from '../../../src/core/catalog/manifest';
import { importArchive } from '../../../src/core/import/importArchive';
import { openDump } from '../../../src/core/import/openDump';
import { readArchive } from '../../../src/core/postgres/archive/format/readArchive';
import type { ArchiveReading } from '../../../src/core/postgres/archive/reading';
import { startServer, type Server } from '../../lab/servers';

const canary = 'canary-of-another-file';
const schema = `
create schema "Odd Schema"; create table "Odd Schema"."t ;'" (id serial primary key, "a""b" text, b bytea);
insert into "Odd Schema"."t ;'" ("a""b", b) select case i % 4 when 0 then null when 1 then E'\\\\.' when 2 then E'a\\nb\\tc' else repeat('x', 300) end, decode(md5(i::text), 'hex') from generate_series(1, 4000) i;
create table empty (a int); create materialized view m as select id from "Odd Schema"."t ;'" where id < 10;
select lo_from_bytea(4242, convert_to(repeat('large object ', 90000), 'UTF8')); select lo_create(4243); select lo_from_bytea(5000 + i, 'x') from generate_series(1, 20) i;`;

describe('an archive of several files becomes a backup', function () {
  this.timeout(240_000);
  const servers: Server[] = [];
  let folder: string;
  let root: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'files-'));
    root = path.join(folder, 'root');
    servers.push(...(await Promise.all([startServer({ major: 15 }), startServer({ major: 18 })])));
    for (const server of servers) {
      await server.sql('postgres', 'create database shop');
      await server.sql('shop', schema);
    }
  });
  after(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await rm(folder, { recursive: true, force: true });
  });

  const newest = (): Server => servers[1] as Server;
  const env = (server: Server): Record<string, string> => ({
    ...{ PGHOST: server.socketDir, PGPORT: String(server.port), PGUSER: server.superuser },
  });
  async function dump(server: Server, name: string, ...args: string[]): Promise<string> {
    const to = path.join(folder, name);
    await execa(path.join(server.bin, 'pg_dump'), [...args, '-f', to, 'shop'], { env: env(server) });
    return to;
  }
  async function imported(file: string): Promise<BackupEntry> {
    const options = { root, asked: { by: 'test' }, signal: new AbortController().signal };
    return importArchive(await openDump(file), options);
  }
  const contents = (reading: ArchiveReading): unknown => ({
    tables: reading.tables.map(({ schema: of, name, rows, digest }) => [of, name, rows, digest]),
    sequences: reading.sequences,
    objects: reading.largeObjects,
    definitions: reading.definitions,
    roles: reading.roles,
  });

  async function packedAgain([tar = '', directory = '']: readonly string[], archive: string): Promise<string[]> {
    const at = (name: string): string => path.join(folder, name);
    await execa('tar', ['-C', directory, '-czf', at('loose.tar.gz'), '.']);
    await execa('tar', ['-C', folder, '--format=pax', '-cf', at('within.tar'), path.basename(directory)]);
    await writeFile(at('packed.tar.zst'), zstdCompressSync(await readFile(tar)));
    await writeFile(at('whole.dump.gz'), gzipSync(await readFile(at(archive))));
    // somebody unpacked one of them
    await cp(directory, at('opened'), { recursive: true });
    const one = (await readdir(directory)).find((name) => /^\d+\.dat\.gz$/.test(name)) ?? '';
    await writeFile(path.join(at('opened'), one.slice(0, -3)), gunzipSync(await readFile(path.join(directory, one))));
    await rm(path.join(at('opened'), one));
    return ['loose.tar.gz', 'within.tar', 'packed.tar.zst', 'whole.dump.gz', 'opened'].map(at);
  }

  it('with the same contents, however it was packed, and every pg_restore takes it', async () => {
    for (const server of servers) {
      const wanted = contents(
        await readArchive(
          (async function* () {
            yield readFile(await dump(server, `c${server.major}`, '-Fc'));
          })(),
        ),
      );
      const kinds = server.major === 15 ? ['gzip', '-Z0'] : ['-Zgzip', '-Znone', '-Zlz4', '-Zzstd'];
      const files = [await dump(server, `tar${server.major}.tar`, '-Ft')];
      for (const kind of kinds)
        files.push(await dump(server, `d${server.major}${kind}.dir`, '-Fd', ...(kind === 'gzip' ? [] : [kind])));
      const restored = files.slice(0, 2);
      if (server.major === 18) files.push(...(await packedAgain(files, `c${server.major}`)));
      for (const file of files) {
        const entry = await imported(file);
        assert.deepEqual(contents(await readArchive((await openArchive(entry)).read())), wanted, file);
        assert.equal(entry.manifest.origin, 'adopted');
        assert.equal(entry.manifest.imported?.file, file);
        assert.equal(/^[0-9a-f]{64}$/.test(entry.manifest.imported.sha256), !/dir$|opened/.test(file), file);
        assert.deepEqual(
          (await readdir(entry.folder)).filter((name) => name.includes('unpacked')),
          [],
        );
        if (!restored.includes(file)) continue;
        await server.sql('postgres', 'create database again');
        const archive = path.join(entry.folder, 'database.dump');
        await execa(path.join(server.bin, 'pg_restore'), ['-e', '-d', 'again', archive], { env: env(server) });
        const [sums] = await server.sql<{ rows: string; objects: string }>(
          'again',
          `select count(*)::text as rows, (select sum(length(lo_get(oid)))::text from pg_largeobject_metadata) as objects from "Odd Schema"."t ;'"`,
        );
        assert.deepEqual(sums, { rows: '4000', objects: String(13 * 90000 + 20) });
        await server.sql('postgres', 'drop database again');
      }
    }
    assert.deepEqual(await listPartials(root), []);
  });

  it('what is broken, or lies, is refused by name, and nothing of it or of any other file is left', async () => {
    const good = await dump(newest(), 'good', '-Fd', '-Z1');
    const plain = await dump(newest(), 'plain', '-Fd', '-Znone');
    const tar = await dump(newest(), 'good.tar', '-Ft');
    await writeFile(path.join(folder, 'secret'), `${canary}\n\\.\n\n\n`);
    const names = await readdir(good);
    const rows = names.filter((name) => /^\d+\.dat\.gz$/.test(name)).sort();
    const [first = '', second = ''] = rows;
    const before = (await listBackups(root)).length;
    const at = (...more: string[]): string => path.join(folder, 'attack', ...more);
    // names of one length, put over another's: the table of contents stays readable
    const renamedIn = async (from: string, to: string): Promise<void> => {
      const bytes = await readFile(at('toc.dat'));
      const place = bytes.indexOf(from);
      assert.ok(place > 0, from);
      bytes.write(to, place);
      await writeFile(at('toc.dat'), bytes);
    };
    const named = first.slice(0, -3);
    const attacks: Record<string, () => Promise<unknown>> = {
      'a file that is cut': async () => truncate(at(first), 100),
      'an empty file': async () => truncate(at(first), 0),
      'rows that are cut': async () =>
        writeFile(at(first), gzipSync(gunzipSync(await readFile(at(first))).subarray(0, -20))),
      'a file that is missing': async () => rm(at(first)),
      'a large object that is missing': async () => rm(at('blob_4242.dat.gz')),
      'a large object of which something stands behind the first frame': async () => {
        const object = gunzipSync(await readFile(at('blob_4242.dat.gz')));
        await rm(at('blob_4242.dat.gz'));
        const frames = [object.subarray(0, 1000), object.subarray(1000)].map((part) => zstdCompressSync(part));
        await writeFile(at('blob_4242.dat.zst'), Buffer.concat(frames));
      },
      'a list of large objects that is cut': async () =>
        truncate(at(names.find((name) => name.endsWith('.toc')) ?? ''), 30),
      'a list of large objects that leads elsewhere': async () =>
        writeFile(at(names.find((name) => name.endsWith('.toc')) ?? ''), '4242 ../secret\n'),
      'a large object that two lines name': async () =>
        appendFile(at(names.find((name) => name.endsWith('.toc')) ?? ''), '4242 blob_4242.dat\n'),
      'a file that nobody names': async () => writeFile(at('99999.dat'), '\\.\n\n\n'),
      'a file packed and unpacked': async () => writeFile(at(named), '\\.\n\n\n'),
      'a link to another file': async () => {
        await rm(at(first));
        await symlink(path.join(folder, 'secret'), at(named));
      },
      'a link to the contents': async () => {
        await rename(at('toc.dat'), path.join(folder, 'toc'));
        await symlink(path.join(folder, 'toc'), at('toc.dat'));
      },
      'a pipe': async () => {
        await rm(at(first));
        await execa('mkfifo', [at(named)]);
      },
      'a folder of that name': async () => {
        await rm(at(first));
        await mkdir(at(named));
      },
      'a name that leads out': async () => renamedIn(named, `../${'x'.repeat(named.length - 3)}`),
      'two entries with one file': async () => renamedIn(named, second.slice(0, -3)),
      'the contents of another dump': async () =>
        writeFile(at('toc.dat'), await readFile(path.join(plain, 'toc.dat')).then((bytes) => bytes.subarray(0, -200))),
      'bytes behind the contents': async () => appendFile(at('toc.dat'), 'more'),
      'no contents': async () => rm(at('toc.dat')),
    };
    for (const [name, attack] of Object.entries(attacks)) {
      await cp(good, at(), { recursive: true });
      await attack();
      await assert.rejects(
        imported(at()),
        (error) => isAppError(error) && ['archive.damaged', 'archive.foreign', 'file.refused'].includes(error.code),
        name,
      );
      await rm(at(), { recursive: true });
    }

    const bytes = await readFile(tar);
    const member = /(\d+\.dat)\0/.exec(bytes.toString('latin1'))?.[1] ?? '';
    const head = bytes.indexOf(member, bytes.indexOf('ustar', 600) - 300);
    const changed = (change: (copy: Buffer) => Buffer | undefined): Buffer => {
      const copy = Buffer.from(bytes);
      return change(copy) ?? copy;
    };
    const summed = (copy: Buffer, from: number): undefined => {
      copy.fill(0x20, from + 148, from + 156);
      const sum = copy.subarray(from, from + 512).reduce((all, byte) => all + byte, 0);
      copy.write(`${sum.toString(8).padStart(6, '0')}\0 `, from + 148, 'latin1');
    };
    const tars: Record<string, Buffer> = {
      'cut in its middle': changed((copy) => copy.subarray(0, copy.length >> 1)),
      'cut before its end': changed((copy) => copy.subarray(0, copy.length - 1024)),
      'a broken head': changed((copy) => void (copy[head + 3] = 0x58)),
      'a size that is none': changed((copy) => {
        copy.write('zzz', head + 124);
        return summed(copy, head);
      }),
      'a size beyond its end': changed((copy) => {
        copy.write('77777777777', head + 124);
        return summed(copy, head);
      }),
      'a name that leads out': changed((copy) => {
        copy.write(`../${member}\0`, head);
        return summed(copy, head);
      }),
    };
    tars['two files of one name'] = Buffer.concat([bytes.subarray(0, bytes.indexOf(member)), bytes]);
    const linked = { 'a link instead of a file': symlink, 'a hard link instead of a file': link };
    for (const [name, make] of Object.entries(linked)) {
      await cp(good, at(), { recursive: true });
      await rm(at(first));
      await make(at('toc.dat'), at(named));
      await execa('tar', ['-C', at(), '-cf', at('..', 'linked.tar'), '--sort=name', '.']);
      tars[name] = await readFile(at('..', 'linked.tar'));
      await rm(at(), { recursive: true });
    }
    for (const [name, content] of Object.entries(tars)) {
      for (const packed of [content, gzipSync(content)]) {
        const file = path.join(folder, 'attack.tar');
        await writeFile(file, packed);
        await assert.rejects(
          imported(file),
          (error) => isAppError(error) && ['archive.damaged', 'archive.foreign'].includes(error.code),
          name,
        );
      }
    }
    assert.deepEqual([(await listBackups(root)).length, await listPartials(root)], [before, []]);
    const { stdout } = await execa('grep', ['-rl', canary, root], { reject: false });
    assert.equal(stdout, '');
  });

  it('can be given up in its midst', async () => {
    const file = await dump(newest(), 'given-up', '-Fd', '-Znone');
    const before = (await listBackups(root)).length;
    const stop = new AbortController();
    const work = { root, asked: { by: 'test' }, signal: stop.signal, onBytes: () => stop.abort() };
    await assert.rejects(importArchive(await openDump(file), work), (error) => isAppError(error, 'cancelled'));
    assert.deepEqual([(await listBackups(root)).length, await listPartials(root)], [before, []]);
  });
});
