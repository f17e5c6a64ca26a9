import { factOf } from '../../tools/factOf';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ferry, told } from '../ferry';
import { places } from '../lab';
import { inPlace, Scene, target } from './scene';

describe('a restore in place refuses', function () {
  this.timeout(180_000);
  let scene: Scene;
  before(async () => {
    scene = await Scene.start();
  });
  beforeEach(() => scene.renew());
  after(() => scene.close());

  it('is not chosen silently: without --in-place refused, and said that it exists', async () => {
    const run = await scene.expectExit(4, 'restore', scene.backup, target, '--as', 'replace', '--yes', '--no-owner');
    const rights = run.result.findings?.find(({ code }) => code === 'role.rights');
    assert.deepEqual(factOf(rights, 'inPlace'), true, told(run));
    await scene.unchanged();
  });

  it('a backup that is not what its manifest says is refused before anything', async () => {
    const other = await tampered();
    const run = await scene.expectExit(1, 'restore', other, target, ...inPlace);
    assert.equal(run.result.error?.code, 'backup.damaged', told(run));
    await scene.unchanged();
  });

  it('another workspace that replaces the database keeps it out', async () => {
    const other = await scene.limited.connect('postgres');
    await other.query(`select pg_advisory_lock(hashtext('db-ferry'), hashtext('app'))`);
    const run = await ferry(scene.setting, ...scene.restore);
    await other.end();
    assert.equal(run.exitCode, 1, told(run));
    assert.match(String(run.result.error?.data['reason']), /another workspace/, told(run));
    await scene.unchanged();
  });

  describe('what it cannot do', () => {
    for (const [code, sql] of [
      ['inPlace.foreign', 'create table public.of_others (a int)'],
      ['inPlace.publications', 'create publication of_all for all tables'],
      [
        'inPlace.eventTriggers',
        `create function f() returns event_trigger language plpgsql as 'begin end'; alter function f() owner to app_owner; create event trigger watching on ddl_command_end execute function f()`,
      ],
      ['inPlace.largeObjects', 'select lo_create(4711)'],
      ['inPlace.foreign', 'alter default privileges for role hidden_admin grant select on tables to shop_app'],
      [
        'inPlace.locks',
        `set role app_owner; do $$ begin for i in 1..3000 loop execute format('create table many_%s (a int)', i); end loop; end $$`,
      ],
    ] as const) {
      it(`${code}: ${sql.slice(0, 40)}`, async () => {
        await scene.limited.sql('app', sql);
        const run = await scene.expectExit(4, ...scene.restore);
        assert.ok(
          run.result.findings?.some((one) => one.level === 'block' && one.code === code),
          told(run),
        );
      });
    }

    it('owners that our role cannot be', async () => {
      await scene.limited.sql('postgres', 'create role appuser');
      const run = await scene.expectExit(4, 'restore', scene.backup, target, '--as', 'replace', '--yes', '--in-place');
      await scene.limited.sql('postgres', 'drop role appuser');
      assert.ok(
        run.result.findings?.some(({ code }) => code === 'inPlace.owners'),
        told(run),
      );
      await scene.unchanged();
    });

    it('a database that does not exist', async () => {
      await scene.expectExit(4, 'restore', scene.backup, `${places.limited}/none`, ...inPlace);
    });
  });

  /** A copy of the backup with one digit of a digest changed. */
  async function tampered(): Promise<string> {
    const files = await readdir(scene.setting.root, { recursive: true });
    const manifests = files.filter((file) => file.endsWith('manifest.json'));
    const texts = await Promise.all(
      manifests.map(async (file) => [file, await readFile(join(scene.setting.root, file), 'utf8')] as const),
    );
    const [file = '', text = ''] = texts.find(([, one]) => one.includes(scene.backup)) ?? [];
    const copy = join(scene.setting.root, 'copy');
    await cp(dirname(join(scene.setting.root, file)), copy, { recursive: true });
    const contents = await readFile(join(copy, 'contents.json'), 'utf8');
    const changed = contents.replace(
      /"digest": ?"(.)/,
      (all, digit: string) => all.slice(0, -1) + (digit === '0' ? '1' : '0'),
    );
    await writeFile(join(copy, 'contents.json'), changed);
    // the manifest says that it is the one that was sealed
    const digest = (one: string): string => createHash('sha256').update(one).digest('hex');
    await writeFile(join(copy, 'manifest.json'), text.replace(digest(contents), digest(changed)));
    return copy;
  }
});
