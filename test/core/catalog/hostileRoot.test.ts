import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { Linter } from 'eslint';
import {
  chmod,
  copyFile,
  cp,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { findBackup, listBackups, readCatalog } from '../../../src/core/catalog/catalog';
import { importDump } from '../../../src/core/catalog/importDump';
import { isOurs, type BackupEntry, type Manifest } from '../../../src/core/catalog/manifest';
import { Summaries } from '../../../src/core/catalog/summary';
import { signManifest } from '../../../src/core/catalog/signature';
import { manifestText, recordVerification, verifyBackup } from '../../../src/core/catalog/verifyBackup';
import { exportBackup } from '../../../src/core/catalog/exportBackup';
import { isAppError } from '../../../src/core/base/errors';
import { writeReport } from '../../../src/core/job/record/report';
import { createJobFolder, openEventLog } from '../../../src/core/job/record/jobFolder';
import { readArchive } from '../../../src/core/postgres/archive/format/readArchive';
import { canonical } from '../../../src/core/state/canonical';
import { keyRing, pemOf, signingKey, trustKey } from '../../../src/core/state/keys';
import { generateArchive } from '../postgres/archive/generateArchive';
import { oneOpen } from '../../tools/oneOpen.mjs';
import { aManifest } from './aManifest';
import { requestOf } from '../job/requestOf';

const work = { signal: new AbortController().signal, report: () => undefined };

describe('a root of backups that somebody else filled', function () {
  // what hangs would hang for ever
  this.timeout(30_000);
  let folder: string;
  let root: string;
  let good: BackupEntry;
  const before = process.env['XDG_STATE_HOME'];

  beforeEach(async () => {
    folder = await realpath(await mkdtemp(path.join(tmpdir(), 'dbf-hostile-')));
    process.env['XDG_STATE_HOME'] = path.join(folder, 'state');
    root = path.join(folder, 'root');
    const made = await backup('20261123T051500Z');
    await signManifest(made, JSON.parse(await readFile(path.join(made, 'manifest.json'), 'utf8')) as Manifest);
    good = await findBackup(root, made);
    await writeFile(path.join(folder, 'secret'), 'sha256~SECRET', { mode: 0o600 });
  });
  afterEach(async () => {
    process.env['XDG_STATE_HOME'] = before;
    await rm(folder, { recursive: true, force: true });
  });

  const spoiled: Readonly<Record<string, (manifest: string, bad: string) => Promise<unknown>>> = {
    'a pipe': async (manifest) => {
      await rm(manifest);
      execFileSync('mkfifo', [manifest]);
    },
    'a link to a device': async (manifest) => {
      await rm(manifest);
      await symlink('/dev/zero', manifest);
    },
    'a link to another file': async (manifest) => {
      await rm(manifest);
      await symlink(path.join(folder, 'secret'), manifest);
    },
    'a link in a circle': async (manifest) => {
      await rm(manifest);
      await symlink(manifest, manifest);
    },
    'a socket': async (manifest) => {
      await rm(manifest);
      const { createServer } = await import('node:net');
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(manifest, resolve));
      // the file goes with the server: a name that is still there is a second one
      await link(manifest, `${manifest}.kept`);
      await new Promise((resolve) => server.close(resolve));
      execFileSync('mv', ['-f', `${manifest}.kept`, manifest]);
    },
    'a folder': async (manifest) => {
      await rm(manifest);
      await mkdir(manifest);
    },
    'huge and sparse': async (manifest) => truncate(manifest, 300e6),
    missing: async (manifest) => rm(manifest),
    empty: async (manifest) => writeFile(manifest, ''),
    null: async (manifest) => writeFile(manifest, 'null'),
    'of a later format': async (manifest) => writeFile(manifest, text({ formatVersion: 3 as never })),
    'of format 2 without its files': async (manifest) => writeFile(manifest, text({ formatVersion: 2 })),
    'without its fields': async (manifest) => writeFile(manifest, '{"format":"db-ferry-backup","formatVersion":1}'),
    'with an id that is a path': async (manifest) => writeFile(manifest, text({ id: '../../20261123T051501Z' })),
    'with an id that writes to the terminal': async (manifest) =>
      writeFile(manifest, text({ id: '20261123T051501Z-\u001b]52;c;x\u0007' })),
    'of another folder': async (manifest) => writeFile(manifest, text({ id: '20991123T051501Z-00ff00' })),
    'of another place': async (manifest) =>
      writeFile(manifest, text({ source: { ...aManifest().source, database: 'prod' } })),
    'that says it was adopted': async (manifest) => writeFile(manifest, text({ origin: 'adopted' })),
    'with an archive elsewhere': async (manifest) =>
      writeFile(manifest, text({ archive: { ...aManifest().archive, file: '../../../secret' } })),
    'with a list that is a text': async (manifest) => writeFile(manifest, text({ verified: 'digest' as never })),
    'with a number that is none': async (manifest) =>
      writeFile(manifest, text({ size: { archive: '5' as never, text: 1 } })),
    'with a level that nobody knows': async (manifest) =>
      writeFile(manifest, text({ verified: [{ level: 'certified' as never, time: '2026-11-23T05:15:00Z' }] })),
    'with an endless text': async (manifest) => writeFile(manifest, text({ asked: { by: 'x'.repeat(100_000) } })),
    ...(process.geteuid?.() === 0 ? {} : { 'not to be read': async (manifest: string) => chmod(manifest, 0) }),
  };
  for (const [what, spoil] of Object.entries(spoiled)) {
    it(`a manifest ${what} is a row that says so, and hides no other`, async () => {
      const bad = await backup('20261123T051501Z');
      await spoil(path.join(bad, 'manifest.json'), bad);
      const summaries = new Summaries();
      const seen = await summaries.list(root);
      const { entries, unreadable } = await readCatalog(root);
      assert.deepEqual(
        entries.map(({ id }) => id),
        [good.id],
      );
      assert.deepEqual(
        seen.map(({ id }) => id),
        [good.id],
      );
      for (const list of [unreadable, summaries.unreadable]) {
        assert.deepEqual(
          list.map((one) => one.folder),
          [bad],
        );
        const code = list[0]?.error.code ?? '';
        const codes = what === 'of a later format' ? ['backup.newer'] : ['backup.damaged', 'file.refused', 'internal'];
        assert.ok(codes.includes(code), code);
      }
      assert.equal((await findBackup(root, good.id)).folder, good.folder);
    });
  }

  it('a folder that is a link is not entered, and is told', async () => {
    await symlink(good.folder, path.join(path.dirname(good.folder), '20261123T051509Z'));
    await symlink('/', path.join(root, 'everything'));
    const { entries, unreadable } = await readCatalog(root);
    assert.equal(entries.length, 1);
    assert.deepEqual(
      unreadable.map(({ error }) => error.data['reason']),
      ['link'],
    );
  });

  it('two of one id are both shown, and neither is taken by it', async () => {
    const other = path.join(root, 'alpha', 'demo', 'pg', 'shop', '20261123T051500.01Z');
    await cp(good.folder, other, { recursive: true });
    assert.equal((await listBackups(root)).length, 2);
    for (const named of [good.id, good.id.slice(0, 10)]) {
      await assert.rejects(findBackup(root, named), (error) => isAppError(error, 'backup.unknown'));
    }
    assert.equal((await findBackup(root, other)).folder, other);
  });

  it('no file of a backup is read through a link, nor a report copied', async () => {
    for (const name of ['database.dump', 'globals.sql']) {
      const own = await backup('20261123T051502Z', { globals: true });
      await rm(path.join(own, name));
      await symlink(path.join(folder, 'secret'), path.join(own, name));
      const entry = await findBackup(root, own);
      await assert.rejects(
        verifyBackup(entry, work),
        (error) => isAppError(error, 'file.refused') || isAppError(error, 'backup.damaged'),
      );
      if (name === 'database.dump') {
        await assert.rejects(exportBackup(entry, path.join(folder, 'out.dump'), { ...work, root }), {
          code: 'file.refused',
        });
      }
      await rm(own, { recursive: true });
    }
    for (const plant of [
      async (report: string) => symlink(path.join(folder, 'secret'), report),
      async (report: string) => link(path.join(folder, 'secret'), report),
      async (report: string) => void execFileSync('mkfifo', [report]),
    ]) {
      const report = path.join(good.folder, 'report.md');
      await rm(report, { force: true });
      await plant(report);
      const planted = [(await lstat(report)).ino, (await lstat(report)).nlink];
      const request = requestOf('verify', [good.id], { root });
      const { folder: job } = await createJobFolder(root, request);
      openEventLog(job);
      const result = { type: 'result', outcome: 'done', exitCode: 0, data: { folder: good.folder } } as const;
      await writeReport(job, result, () => 'the report');
      // a backup has the report that was sealed with it, and no other is added
      assert.equal(await readFile(path.join(job, 'report.md'), 'utf8'), 'the report');
      assert.deepEqual([(await lstat(report)).ino, (await lstat(report)).nlink], planted);
      assert.equal(await readFile(path.join(folder, 'secret'), 'utf8'), 'sha256~SECRET');
    }
  });

  it('a backup is never written through a link', async () => {
    const dump = path.join(folder, 'x.dump');
    await writeFile(dump, Readable.from(generateArchive({ tables: 1, bytesPerTable: 100, compression: 'gzip' })));
    await mkdir(path.join(folder, 'elsewhere'));
    await symlink(path.join(folder, 'elsewhere'), path.join(root, 'adopted'));
    await assert.rejects(importDump(dump, { root, signal: work.signal, asked: { by: 'x' } }), { code: 'file.refused' });
    assert.deepEqual(await readdir(path.join(folder, 'elsewhere')), []);
  });

  describe('whose a backup is', () => {
    it('is what a signature proves, not what the manifest says', async () => {
      assert.ok(isOurs(good));
      const forged = await findBackup(root, await backup('20261123T051503Z'));
      assert.deepEqual([forged.signed, isOurs(forged)], [{ by: 'nobody' }, false]);
      // a signature belongs to its manifest alone
      await copyFile(path.join(good.folder, 'manifest.sig'), path.join(forged.folder, 'manifest.sig'));
      assert.deepEqual((await findBackup(root, forged.folder)).signed, { by: 'wrong' });
      for (const change of [
        (one: Manifest): Manifest => ({ ...one, verified: [{ level: 'restored', time: '2026-11-23T05:15:00Z' }] }),
        (one: Manifest): Manifest => ({ ...one, source: { ...one.source, environment: 'production' } }),
        (one: Manifest): Manifest => ({ ...one, archive: { ...one.archive, sha256: 'f'.repeat(64) } }),
      ]) {
        await writeFile(path.join(good.folder, 'manifest.json'), manifestText(change(good.manifest)));
        assert.deepEqual((await findBackup(root, good.folder)).signed, { by: 'wrong' });
      }
      // however it is laid out
      await writeFile(path.join(good.folder, 'manifest.json'), JSON.stringify(good.manifest));
      assert.ok(isOurs(await findBackup(root, good.folder)));
    });

    it('a backup of another workspace is ours once its key is trusted; a list sees it at once', async () => {
      const summaries = new Summaries();
      const { key } = await signingKey();
      process.env['XDG_STATE_HOME'] = path.join(folder, 'another');
      assert.deepEqual((await summaries.list(root))[0]?.signed, { by: 'unknown', key });
      // what it proves to others stays, whatever is noted beside it here
      const unknown = await findBackup(root, good.id);
      await recordVerification(unknown, { level: 'digest', time: '2026-11-23T05:15:00Z' }, () =>
        assert.fail('not written'),
      );
      assert.deepEqual((await findBackup(root, good.id)).signed, { by: 'unknown', key });
      await trustKey(key, 'the night');
      assert.deepEqual((await summaries.list(root))[0]?.signed, { by: 'trusted', key, name: 'the night' });
      assert.ok(isOurs(await findBackup(root, good.id)));
      assert.deepEqual((await keyRing({ DB_FERRY_TRUSTED_KEYS: `nonsense, ${key}` })).trusted.length, 2);
    });

    it('what was verified is written down beside it, and makes nothing ours that was not', async () => {
      const digest = { level: 'digest', time: '2026-11-24T05:15:00Z' } as const;
      await recordVerification(good, digest, () => assert.fail('not written'));
      const noted = await findBackup(root, good.id);
      assert.deepEqual([noted.manifest.verified, isOurs(noted)], [[digest], true]);
      const unsigned = await findBackup(root, await backup('20261123T051504Z'));
      await recordVerification(unsigned, digest, () => assert.fail('not written'));
      assert.deepEqual((await findBackup(root, unsigned.id)).signed, { by: 'nobody' });
      await writeFile(path.join(good.folder, 'manifest.json'), manifestText({ ...good.manifest, job: 'forged' }));
      await recordVerification(await findBackup(root, good.folder), digest, () => undefined);
      assert.deepEqual((await findBackup(root, good.folder)).signed, { by: 'wrong' });
    });

    it('is checked with openssl, and the key is one for all that need it at once', async () => {
      const keys = await Promise.all([signingKey(), signingKey(), signingKey()]);
      assert.equal(new Set(keys.map(({ key }) => key)).size, 1);
      const file = path.join(folder, 'state', 'db-ferry', 'keys', 'ed25519.pem');
      assert.equal(execFileSync('stat', ['-c', '%a', file]).toString().trim(), '600');
      await writeFile(path.join(folder, 'key.pem'), pemOf(keys[0].key));
      await writeFile(path.join(folder, 'canonical'), canonicalByPython(path.join(good.folder, 'manifest.json')));
      assert.equal(await readFile(path.join(folder, 'canonical'), 'utf8'), canonical(good.manifest));
      const { signatures } = JSON.parse(await readFile(path.join(good.folder, 'manifest.sig'), 'utf8')) as {
        signatures: { signature: string }[];
      };
      await writeFile(path.join(folder, 'signature'), Buffer.from(signatures[0]?.signature ?? '', 'base64'));
      const check = ['pkeyutl', '-verify', '-pubin', '-inkey', 'key.pem', '-rawin', '-in', 'canonical'];
      const said = execFileSync('openssl', [...check, '-sigfile', 'signature'], { cwd: folder });
      assert.match(said.toString(), /Verified Successfully/);
    });

    it('a canonical form is that of RFC 8785', () => {
      const value = {
        '\u20ac': 1,
        '\r': 2,
        '\ufb33': 3,
        '1': 4,
        '\ud83d\ude00': 5,
        '\u0080': 6,
        '\u00f6': 7,
        z: undefined,
      };
      assert.equal(canonical(value), '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}');
      assert.equal(
        canonical([1e30, 4.5, 2e-3, 1e-27, -0, 333333333.33333329]),
        '[1e+30,4.5,0.002,1e-27,0,333333333.3333333]',
      );
      assert.equal(
        canonical({ a: '\u20ac$\u000f\nA\'B"\\\\"/', b: [null, true, {}] }),
        '{"a":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/","b":[null,true,{}]}',
      );
      assert.throws(() => canonical('\ud800'), /no text of Unicode/);
    });
  });

  it('the linter knows one way to open a file', () => {
    const linter = new Linter();
    const faults = (code: string): number =>
      linter.verify(code, { plugins: { f: { rules: { one: oneOpen } } }, rules: { 'f/one': 'error' } }).length;
    for (const code of [
      `import { readFile } from 'node:fs/promises'; await readFile(x);`,
      `import { createReadStream as read } from 'node:fs'; read(x);`,
      `import { open } from 'node:fs/promises'; await open(x, 'r');`,
      `import { open } from 'node:fs/promises'; await open(x, flags);`,
      `import { open } from 'node:fs/promises'; await open(x, 'wx'); await open(x, 'r+');`,
      `import { open } from 'node:fs/promises'; const f = open;`,
      `import * as fs from 'node:fs'; fs.readFileSync(x);`,
      `import fs from 'fs'; fs['readFileSync'](x);`,
      `const { readFile } = await import('node:fs/promises');`,
    ]) {
      assert.equal(faults(code) > 0, true, code);
    }
    assert.equal(
      faults(`import { open, stat } from 'node:fs/promises'; await open(x, 'wx', 0o600); await stat(x);`),
      0,
    );
  });

  async function backup(time: string, { globals = false } = {}): Promise<string> {
    const made = path.join(root, 'alpha', 'demo', 'pg', 'shop', time);
    await mkdir(made, { recursive: true, mode: 0o700 });
    const parts: Buffer[] = [];
    for await (const part of generateArchive({ tables: 1, bytesPerTable: 100, compression: 'gzip' })) parts.push(part);
    const archive = Buffer.concat(parts);
    await writeFile(path.join(made, 'database.dump'), archive);
    const { header, tables, bytes, sha256, textBytes } = await readArchive(Readable.from([archive]));
    const { source } = aManifest();
    const sum = createHash('sha256').update('').digest('hex');
    const manifest = aManifest({
      ...{ id: `${time}-00ff00`, source, tables, size: { archive: bytes, text: textBytes } },
      archive: { file: 'database.dump', sha256, header },
      ...(globals ? { globals: { file: 'globals.sql', sha256: sum } } : {}),
    });
    if (globals) await writeFile(path.join(made, 'globals.sql'), '');
    await writeFile(path.join(made, 'manifest.json'), manifestText(manifest));
    return made;
  }

  function text(more: Partial<Manifest>): string {
    return manifestText(aManifest({ id: '20261123T051501Z-00ff00', ...more }));
  }
});

/** What docs/backup-format.md says, with a tool that is not ours. */
function canonicalByPython(file: string): Buffer {
  const script =
    'import json,sys; sys.stdout.write(json.dumps(json.load(open(sys.argv[1])), sort_keys=True, separators=(",", ":"), ensure_ascii=False))';
  return execFileSync('python3', ['-c', script, file]);
}
