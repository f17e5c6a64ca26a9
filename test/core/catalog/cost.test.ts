import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { costOf, type StoredSpan } from '../../../src/core/catalog/cost';
import { ferry, resultOf } from '../cli/ferry';
import { putSealed } from './putSealed';

const now = new Date('2026-11-30T00:00:00Z');
const daysAgo = (days: number): Date => new Date(now.getTime() - days * 86_400_000);
const span = (days: number, bytes: number, more: Partial<StoredSpan> = {}): StoredSpan => ({
  ...{ store: 'a', place: 'prod/shop/pg/shop', bytes, from: daysAgo(days) },
  ...more,
});
const price = (): number => 0.5;

describe('the cost of backups', () => {
  it('is what lies there now at the price of its store, and of a year with the growth of three months', () => {
    const spans = [span(200, 2e9), span(20, 3e9), span(150, 9e9, { until: daysAgo(10) }), span(1, 1e9, { store: 'b' })];
    const [one, other] = costOf(spans, now, { price: (store) => (store === 'a' ? 0.5 : undefined) });
    assert.ok(one && other);
    assert.deepEqual([one.backups, one.bytes, one.deletedBytes, one.month], [2, 5e9, 9e9, 2.5]);
    // three months ago there were 11 GB, now there are 5: it shrinks by 2 a month, and never below nothing
    assert.equal(Math.round((one.growth ?? 0) / 1e8), -20);
    assert.equal(Math.round((one.year ?? 0) * 10), Math.round((3 + 1) * 0.5 * 10));
    assert.deepEqual([other.bytes, other.growth, other.month, other.year], [1e9, undefined, undefined, undefined]);
  });

  it('of less than a month is reckoned as if it stayed; rules say what they would save', () => {
    const [row] = costOf([span(3, 4e9)], now, { price, going: () => 1e9 });
    assert.deepEqual([row?.growth, row?.month, row?.year, row?.saved], [undefined, 2, 24, 0.5]);
  });

  it('whatever the spans: nothing is counted twice or left out, nothing is below nothing', () => {
    const spans = fc.array(
      fc.record({
        store: fc.constantFrom('a', 'b'),
        place: fc.constantFrom('p', 'q'),
        bytes: fc.nat(1e9),
        from: fc.integer({ min: 0, max: 900 }).map(daysAgo),
        until: fc.option(fc.integer({ min: -10, max: 900 }).map(daysAgo), { nil: undefined }),
      }),
    );
    fc.assert(
      fc.property(spans, (all) => {
        const rows = costOf(all, now, { price });
        const there = all.filter(({ until }) => until === undefined || until > now);
        const total = (of: readonly { bytes: number }[]): number => of.reduce((sum, { bytes }) => sum + bytes, 0);
        assert.equal(total(rows), total(there));
        assert.equal(
          rows.reduce((sum, { backups }) => sum + backups, 0),
          there.length,
        );
        for (const { month = -1, year = -1 } of rows) assert.ok(month >= 0 && year >= 0);
      }),
    );
  });

  it('on the command line: for people, for scripts and as CSV; what was deleted is remembered', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'ferry-cost-'));
    const before = process.env['XDG_STATE_HOME'];
    process.env['XDG_STATE_HOME'] = path.join(folder, 'state');
    try {
      const root = path.join(folder, 'root');
      const id = '20261123T051500Z-3f9a1c';
      await putSealed(root, id);
      const at = ['--root', root];
      const said = resultOf(await ferry('cost', '--price', '1000', '--json', ...at));
      const { bytes, month } = said['data'] as { bytes?: number; month?: number };
      assert.ok(Number(bytes) > 0);
      assert.ok(Math.abs(Number(month) - (Number(bytes) / 1e9) * 1000) < 1e-9);
      const csv = await ferry('cost', '--price', '1000', '--csv', ...at);
      const [head = '', line = ''] = csv.out.split('\n');
      assert.deepEqual([head.split(',').length, line.split(',').length], [9, 9]);
      assert.ok(line.startsWith(root));
      await ferry('delete', id, '--yes', ...at);
      const gone = await ferry('cost', '--json', ...at);
      assert.match(gone.out, new RegExp(`"deletedBytes":${Number(bytes)}`));
      assert.equal((await ferry('cost', '--price', 'much', '--json', ...at)).exitCode, 2);
    } finally {
      process.env['XDG_STATE_HOME'] = before;
      await rm(folder, { recursive: true, force: true });
    }
  });
});
