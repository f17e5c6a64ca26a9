import assert from 'node:assert/strict';
import { aboutInPlace, type InPlaceFacts } from '../../../src/core/restore/inPlace/inPlaceFindings';
import { LargeObjectEntries } from '../../../src/core/postgres/archive/meaning/largeObjectEntries';

type Plan = Parameters<typeof aboutInPlace>[0];

describe('what stands against a restore in place', () => {
  it('names no role that is none: large objects of several owners block by their number', () => {
    const entries = new LargeObjectEntries();
    for (const [oid, owner] of [
      ['4711', 'app_owner'],
      ['4712', 'reporting'],
    ] as const) {
      entries.add('BLOB', oid, owner, `SELECT pg_catalog.lo_create('${oid}');`);
    }
    const table = { kind: 'TABLE', schema: 'public', name: 'orders', owner: 'stranger', digest: '' };
    const findings = aboutInPlace(planOf([...entries.definitions(), table]), facts);
    const blocking = findings.filter(({ level }) => level === 'block').map(({ code, data }) => ({ code, data }));
    assert.deepEqual(blocking, [
      { code: 'inPlace.largeObjects', data: { live: 0, backup: 2 } },
      { code: 'inPlace.owners', data: { owners: ['stranger'], role: 'postgres' } },
    ]);
  });
});

function planOf(definitions: Plan['reading']['definitions']): Plan {
  const target = { facts: { role: { superuser: true, name: 'postgres' } } };
  const seen = { facts: { server: { subscriptions: [], prepared: [] }, inside: { extensions: [] } } };
  const reading = { definitions, kinds: {}, extensions: [], largeObjects: { count: 2 } };
  return { database: 'app', noOwner: false, reading, target, seen } as unknown as Plan;
}

const facts: InPlaceFacts = {
  ...{ foreign: [], extensions: {}, untrusted: [], eventTriggers: [], publications: [], schemas: ['public'] },
  ...{ largeObjects: 0, mayCreate: true, publicRights: 'ours', locks: { most: 6400, live: 10 } },
  owners: ['app_owner', 'postgres', 'reporting'],
};
