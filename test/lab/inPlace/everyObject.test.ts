import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ferry, told, type FerrySetting } from '../ferry';
import { compareFingerprints, fingerprint } from '../independent';
import { places, startLab, type Lab } from '../lab';

describe('a restore in place, with every kind of object and their owners', function () {
  this.timeout(180_000);
  let lab: Lab;
  let setting: FerrySetting;

  before(async () => {
    lab = await startLab({ only: ['source', 'pg16', 'pg18'], scale: 0.2 });
    setting = { kubeconfig: lab.kubeconfig, root: await mkdtemp(join(tmpdir(), 'dbf-root-')) };
    // what it refuses
    const refused = 'select count(lo_unlink(oid)) from pg_largeobject_metadata; drop event trigger watch_drops';
    await lab.server('source').sql('shop', refused);
  });
  after(async () => {
    await lab.close();
    await rm(setting.root, { recursive: true, force: true });
  });

  for (const place of ['pg16', 'pg18'] as const) {
    it(`15 to ${place}: into an empty database, and over itself`, async () => {
      const server = lab.server(place);
      for (const role of ['shop_owner', 'shop_reader', 'billing', '"Ödd ""rôle"""', 'shop_app'])
        await server.sql('postgres', `create role ${role}`);
      await server.sql('postgres', 'create database shop');
      for (const what of ['empty', 'over itself']) {
        const operands = [`${places.source}/shop`, `${places[place]}/shop`];
        // no whole restore is that quick
        if (place === 'pg18') await server.sql('postgres', `alter database shop set transaction_timeout = '500ms'`);
        const run = await ferry(setting, 'copy', ...operands, '--as', 'replace', '--yes', '--in-place');
        await server.sql('postgres', 'alter database shop reset all');
        assert.equal(run.exitCode, 0, `${what}: ${told(run)}`);
        assert.deepEqual(run.result.differences, []);
        const clients = [await lab.server('source').connect('shop'), await server.connect('shop')] as const;
        const seen = [await fingerprint(clients[0]), await fingerprint(clients[1])] as const;
        for (const client of clients) await client.end();
        assert.deepEqual(compareFingerprints(...seen), [], what);
      }
    });
  }
});
