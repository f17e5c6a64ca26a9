import assert from 'node:assert/strict';
import { execa } from 'execa';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ferry, told, type FerrySetting } from './ferry';
import { compareFingerprints, fingerprint, type Fingerprint } from './independent';
import { places, startLab, type Lab, type PlaceName } from './lab';

/** PGBENCH_SCALE=50 is about 750 MB. */
const scale = Number(process.env['PGBENCH_SCALE'] ?? 2);

describe(`a copy of pgbench's database (scale ${scale})`, function () {
  this.timeout(900_000);
  let lab: Lab;
  let setting: FerrySetting;

  before(async () => {
    lab = await startLab({ only: ['source', 'pg18'], seed: false });
    setting = { kubeconfig: lab.kubeconfig, root: await mkdtemp(join(tmpdir(), 'dbf-root-')) };
    const source = lab.server('source');
    await source.sql('postgres', 'create database bench');
    const place = ['-h', '127.0.0.1', '-p', String(source.port), '-U', source.superuser];
    await execa(join(source.bin, 'pgbench'), ['-i', '-q', '-s', String(scale), '--foreign-keys', ...place, 'bench']);
    await execa(join(source.bin, 'pgbench'), ['-c', '4', '-t', '200', ...place, 'bench']);
  });
  after(async () => {
    await lab.close();
    await rm(setting.root, { recursive: true, force: true });
  });

  it('is the same by SQL on both sides', async () => {
    const run = await ferry(setting, 'copy', `${places.source}/bench`, `${places.pg18}/bench`);
    assert.equal(run.exitCode, 0, told(run));
    const [left, right] = await Promise.all([seen('source'), seen('pg18')]);
    assert.deepEqual(compareFingerprints(left, right), []);
    console.log(`      ${String(run.result.data['rows'])} rows in ${run.seconds.toFixed(1)} s`);
    await lab.server('pg18').sql('bench', 'update pgbench_accounts set abalance = abalance + 1 where aid = 77');
    assert.equal(compareFingerprints(left, await seen('pg18')).length, 1);
  });

  async function seen(place: PlaceName): Promise<Fingerprint> {
    const client = await lab.server(place).connect('bench');
    try {
      return await fingerprint(client);
    } finally {
      await client.end();
    }
  }
});
