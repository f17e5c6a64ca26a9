import assert from 'node:assert/strict';
import { compareReadings } from '../../../../src/core/postgres/archive/compare/compareReadings';
import type { ArchiveReading } from '../../../../src/core/postgres/archive/reading';
import type { Major } from '../../../lab/binaries';
import { startServer, type Server } from '../../../lab/servers';
import { baseSql, changes } from './definitionChanges';
import { dumpOf, readBuffer, restoreInto } from './realArchives';

const majors = [15, 16, 18] as const satisfies readonly Major[];

/** What a comparison says of definitions, as `KIND schema.name`. */
function shownBy(left: ArchiveReading, right: ArchiveReading): string[] {
  const { differences } = compareReadings(left, right);
  return differences.flatMap((one) => (one.kind === 'definition' ? [`${one.what} ${one.name}`] : []));
}

/** Changes that touch no entry twice can be made in one database; each must show by itself. */
function batchesFor(major: number): (readonly [string, string])[][] {
  const batches: { shows: Set<string>; changes: (readonly [string, string])[] }[] = [];
  for (const [statement, shows, since = 0] of changes) {
    if (since > major) continue;
    let batch = batches.find((one) => !one.shows.has(shows));
    if (batch === undefined) batches.push((batch = { shows: new Set(), changes: [] }));
    batch.shows.add(shows);
    batch.changes.push([statement, shows]);
  }
  return batches.map((batch) => batch.changes);
}

describe('definitions, within and across majors', function () {
  this.timeout(600_000);
  const servers = new Map<Major, Server>();
  const bases = new Map<Major, ArchiveReading>();
  const archives = new Map<Major, Buffer>();
  const of = <Value>(values: ReadonlyMap<Major, Value>, major: Major): Value => {
    const value = values.get(major);
    assert.ok(value !== undefined);
    return value;
  };
  before(async () => {
    for (const major of majors) {
      const server = await startServer({ major, settings: { wal_level: 'logical' } });
      servers.set(major, server);
      await server.sql('postgres', 'create role app; create role reader');
      await server.sql('postgres', 'create database base');
      await server.sql('base', baseSql);
      const archive = await dumpOf(server, 'base');
      archives.set(major, archive);
      bases.set(major, await readBuffer(archive));
    }
  });
  after(async () => {
    await Promise.all([...servers.values()].map((server) => server.stop()));
  });

  it('the same statements make the same database on every major', () => {
    for (const left of majors) {
      for (const right of majors) assert.deepEqual(shownBy(of(bases, left), of(bases, right)), [], `${left} ${right}`);
    }
  });

  it('a restored copy is the same, and its copy, within a major and across', async () => {
    for (const [from, to] of [
      [15, 15],
      [15, 16],
      [15, 18],
      [16, 18],
      [18, 18],
    ] as const) {
      const server = of(servers, to);
      await restoreInto(server, of(archives, from), `from_${from}`);
      const archive = await dumpOf(server, `from_${from}`);
      const copy = await readBuffer(archive);
      assert.deepEqual(shownBy(of(bases, from), copy), [], `${from} to ${to}`);
      await restoreInto(server, archive, `again_${from}`);
      const again = await readBuffer(await dumpOf(server, `again_${from}`));
      for (const base of bases.values()) assert.deepEqual(shownBy(base, again), [], `${from} to ${to}, twice`);
    }
  });

  for (const major of [15, 18] as const) {
    it(`every change on ${major} is seen, whatever major the other side has`, async () => {
      const server = of(servers, major);
      for (const batch of batchesFor(major)) {
        await server.sql('postgres', 'create database changed template base');
        for (const [statement] of batch) await server.sql('changed', statement);
        const changed = await readBuffer(await dumpOf(server, 'changed'));
        await server.sql('postgres', 'drop database changed');
        for (const other of majors) {
          const shown = shownBy(of(bases, other), changed);
          const unseen = batch.filter(([, shows]) => !shown.includes(shows));
          const isName = (shows: string): boolean => other < 18 && /named_here/.test(shows);
          assert.deepEqual(
            unseen.filter(([statement]) => !isName(statement)),
            [],
            `${other} ${major}: ${shown.join('\n')}`,
          );
        }
      }
    });
  }
});
