import assert from 'node:assert/strict';
import type { DrillRecord } from '../../../src/core/catalog/drillRecord';
import { laterRecords, writeDrill } from '../../../src/core/catalog/verifications';
import { checkLimits } from '../../../src/core/restore/check/checks';
import { keyRing } from '../../../src/core/state/keys';
import { MemoryStore } from '../../../src/core/store/memory';

describe('what drills filed beside a backup', () => {
  it('is read again however many checks there were, and however long their names', async () => {
    const at = { store: new MemoryStore(), prefix: 'a/' };
    const of = { backup: '20261120T010000Z-aaaaaa', archive: 'a'.repeat(64) };
    const checks = Array.from({ length: checkLimits.checks }, (_, index) => ({
      name: `${index} `.padEnd(checkLimits.name, '\u{1f418}ü'),
      outcome: 'unmet' as const,
    }));
    const drill: DrillRecord = {
      ...{ outcome: 'disproved', time: '2026-11-24T05:15:00.000Z', place: 'test/shop/pg16-0', job: 't3kq0v1x9z' },
      ...{ by: 'jo', seconds: 60, steps: { restore: 50 }, because: 'drill.unmet', checks },
    };
    await writeDrill(at, of, drill);
    const { drills } = await laterRecords(at, of, await keyRing());
    assert.deepEqual(
      drills.map(({ outcome, checks: read }) => [outcome, read.length]),
      [['disproved', checks.length]],
    );
    assert.deepEqual((await laterRecords(at, { ...of, archive: 'b'.repeat(64) }, await keyRing())).drills, []);
  });
});
