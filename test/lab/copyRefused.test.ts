import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ferry, told, type FerrySetting, type Run } from './ferry';
import { places, startLab, type Lab } from './lab';

describe('a copy that the target would refuse', function () {
  this.timeout(120_000);
  let lab: Lab;
  let setting: FerrySetting;
  const limited = `${places.limited}/app`;

  before(async () => {
    lab = await startLab({ only: ['source', 'pg16', 'limited'], scale: 0.02 });
    setting = { kubeconfig: lab.kubeconfig, root: await mkdtemp(join(tmpdir(), 'dbf-root-')) };
    await lab.server('source').sql('postgres', 'create database tags');
    await lab.server('source').sql('tags', 'create table tag (a int); create role tagger; grant all on tag to tagger');
  });
  after(async () => {
    await lab.close();
    await rm(setting.root, { recursive: true, force: true });
  });

  it('is refused before the dump where roles are missing: all that the archive will name', async () => {
    await lab.server('source').sql('tags', naming);
    const found = await refusedEarly('roles.missing', `${places.source}/tags`, `${places.pg16}/tags`);
    assert.deepEqual(found['roles'], ['giver', 'keeper', 'looker', 'mapped', 'picture', 'tagger']);
  });

  it('in place: what cannot be restored there is refused before the dump', async () => {
    await lab.server('limited').sql('app', 'create table theirs (a int)');
    const flags = ['--as', 'replace', '--yes', '--no-owner', '--in-place'];
    const found = await refusedEarly('inPlace.foreign', `${places.source}/tags`, limited, ...flags);
    assert.deepEqual(found['objects'], ['public.theirs']);
    await refusedEarly('inPlace.largeObjects', `${places.source}/tags`, limited, ...flags);
    await refusedEarly('inPlace.absent', `${places.source}/tags`, `${places.limited}/none`, ...flags);
    await lab.server('limited').sql('app', 'drop table theirs');
  });

  /** Exit 4 with this finding, and no dump was begun. */
  async function refusedEarly(code: string, ...args: string[]): Promise<Readonly<Record<string, unknown>>> {
    const run: Run = await ferry(setting, 'copy', ...args);
    assert.equal(run.exitCode, 4, told(run));
    const phases = run.events.flatMap((event) => (event.type === 'phase' ? [event.phase] : []));
    assert.deepEqual([...new Set(phases)], ['preflight']);
    const found = run.result.findings?.find((one) => one.level === 'block' && one.code === code);
    assert.ok(found, told(run));
    return found.data as Readonly<Record<string, unknown>>;
  }
});

/** Roles in every place that an archive can name one: owners, grants, user mappings, default privileges, large objects. */
const naming = `
create role keeper; create schema attic authorization keeper;
create extension postgres_fdw; create server far foreign data wrapper postgres_fdw;
create role mapped; create user mapping for mapped server far;
create role giver; alter default privileges for role giver grant select on tables to public;
create role picture; select lo_create(4711); alter large object 4711 owner to picture;
create role looker; select lo_create(4712); grant select on large object 4712 to looker`;
