import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { backUp } from '../../../src/core/backup/backUp';
import { noLog } from '../../../src/core/base/log';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';

describe('backUp of a standby', function () {
  this.timeout(60_000);
  let primary: Server;
  let standby: Server;
  let root: string;
  const odd = `it's "odd" dbname=x%`;
  before(async () => {
    primary = await startServer({ major: 16 });
    await primary.sql('postgres', `create database "${odd.replaceAll('"', '""')}"`);
    await primary.sql(
      odd,
      `create table kept as select generate_series(1, 100) i; create unlogged table lost as select 1 as i`,
    );
    standby = await startServer({ major: 16, standbyOf: primary });
    root = await mkdtemp(path.join(tmpdir(), 'ferry-root-'));
  });
  after(async () => {
    await standby.stop();
    await primary.stop();
    await rm(root, { recursive: true, force: true });
  });

  it('works, counts in the same snapshot, and says which tables it cannot hold', async () => {
    const source = await openServer(standby);
    assert.equal(source.facts.standby, true);
    const { entry, findings } = await backUp(
      source,
      odd,
      {
        root,
        cluster: { alias: 'alpha', server: 'https://alpha' },
        compress: 'auto',
        count: true,
        job: 'standby',
        asked: { by: 'tester' },
      },
      { report: () => undefined, signal: new AbortController().signal, log: noLog },
    );
    assert.deepEqual(
      findings.map((one) => one.code),
      ['source.unlogged', 'source.standby'],
    );
    assert.deepEqual(entry.manifest.counted, { 'public.kept': 100 });
    assert.equal(entry.manifest.source.database, odd);
    assert.equal(entry.manifest.source.standby, true);
    assert.equal(entry.manifest.source.systemId, (await openServer(primary)).facts.systemId);
  });
});
