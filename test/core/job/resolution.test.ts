import assert from 'node:assert/strict';
import type { JobKind } from '../../../src/core/job/request';
import type { Job } from '../../../src/core/job/record/readJob';
import { exchangeIn, isUncertain, resolutionByOid, resolutionOf } from '../../../src/core/job/recover/resolution';
import type { Fate } from '../../../src/core/base/fate';
import { fateWords } from '../../../src/words/cleanWords';
import type { Cleaned } from '../../../src/core/restore/side/clean';
import type { DatabaseRow } from '../../../src/core/restore/databaseRow';
import { sideName } from '../../../src/core/restore/side/sideDatabase';
import type { Exchange } from '../../../src/core/restore/side/swap';
import { requestOf } from './requestOf';

const place = 'b/shop/pg-0/shop';

describe('what became of a job whose outcome was not known', () => {
  it('a restore that kept something committed', () => {
    const { known, text } = resolve('restore', ['backup1', place], { swapped: [kept('job1', 'backup1')] });
    assert.equal(known, true);
    assert.match(text, /committed; b\/shop\/pg-0\/shop is the restored database, shop__before_job1 is the one before/);
  });

  it('an undo that committed made no restored database', () => {
    const { known, text } = resolve('undo', [place], { swapped: [kept('job1', 'undo of job0')] });
    assert.equal(known, true);
    assert.match(text, /: committed; b\/shop\/pg-0\/shop is what was kept, shop__before_job1 is what was live/);
    assert.doesNotMatch(text, /restored/);
  });

  it('a restore that was undone since committed before', () => {
    const { known, text } = resolve('restore', ['backup1', place], { swapped: [kept('job2', 'undo of job1')] });
    assert.equal(known, true);
    assert.match(text, /committed, and undone since by job job2/);
  });

  it('its side database, gone now or not, shows that a restore did not commit', () => {
    const database = sideName('shop', 'job1');
    const side = { kind: 'database', name: database, job: 'job1', time: '' } as const;
    for (const where of ['removed', 'left']) {
      const { known, text } = resolve('restore', ['backup1', place], { [where]: [side] });
      assert.equal(known, true);
      assert.match(text, /not committed/);
    }
  });

  it('what an undo was to put back, still kept, shows that it did not commit', () => {
    assert.match(resolve('undo', ['job0'], { swapped: [kept('job0', 'x')] }).text, /: not committed/);
    // of the kept one that a reference means, another may be left
    assert.equal(resolve('undo', [place], { swapped: [kept('job0', 'x')] }).known, false);
  });

  it('a release did it when nothing is left of it', () => {
    assert.match(resolve('release', [place], {}).text, /: done/);
    assert.match(resolve('release', [place], { swapped: [kept('job0', 'x')] }).text, /: not done; still kept: shop__/);
    assert.match(resolve('release', ['job0'], { swapped: [kept('job2', 'x')] }).text, /: done/);
  });

  it('else nothing proves anything', () => {
    for (const kind of ['restore', 'copy', 'undo'] as const) {
      const { known, text } = resolve(kind, kind === 'undo' ? [place] : [place, place], {
        swapped: [{ ...kept('job1', 'x'), database: 'other' }],
      });
      assert.equal(known, false);
      assert.match(text, /unknown: look at b\/shop\/pg-0\/shop/);
    }
  });

  describe('from the OIDs of the exchange', () => {
    const exchange = { database: 'shop', oid: 20, side: 'shop__restore_job1', live: 10 };
    const asNew = { database: 'shop', oid: 20, side: 'shop__restore_job1' };
    const of = (about: Exchange, names: Readonly<Record<number, string>>): Fate | undefined => {
      const rows = Object.entries(names).map(([oid, name]) => ({ oid: Number(oid), name }) as DatabaseRow);
      return resolutionByOid(jobOf('restore', ['backup1', place]), place, about, rows);
    };

    it('whoever has the name', () => {
      assert.match(wordsOf(of(exchange, { 20: 'shop', 10: 'shop__before_job1' })), /: committed; .*before_job1/);
      assert.match(wordsOf(of(asNew, { 20: 'shop' })), /: committed; b\/shop\/pg-0\/shop is the restored database$/);
      assert.match(wordsOf(of(exchange, { 20: 'shop__restore_job1', 10: 'shop' })), /: not committed/);
      assert.match(
        wordsOf(of(exchange, { 20: 'shop__before_job2', 10: 'shop' })),
        /: committed; .* called shop__before_job2/,
      );
    });

    it('also when the side database is dropped since', () => {
      assert.match(wordsOf(of(exchange, { 10: 'shop' })), /: not committed/);
      assert.match(wordsOf(of(asNew, {})), /: not committed/);
    });

    it('but not when something else has the name by now', () => {
      assert.equal(of(exchange, { 30: 'shop' }), undefined);
      assert.equal(of(asNew, { 30: 'shop' }), undefined);
    });

    it('are what the job said last before it', () => {
      const note = { time: '', type: 'note', code: 'swap.side', data: { ...exchange } } as const;
      assert.deepEqual(exchangeIn([note], 'shop'), exchange);
      assert.equal(exchangeIn([note], 'other'), undefined);
      assert.equal(exchangeIn([{ time: '', type: 'phase', phase: 'swap' }], 'shop'), undefined);
    });
  });

  it('concerns jobs that were exchanging or dropping databases', () => {
    assert.equal(isUncertain({ state: 'interrupted', phase: 'swap' }), true);
    assert.equal(isUncertain({ state: 'interrupted', phase: 'compare' }), true);
    assert.equal(isUncertain({ state: 'unknown' }), true);
    assert.equal(isUncertain({ state: 'interrupted', phase: 'restore' }), false);
    assert.equal(isUncertain({ state: 'done', phase: 'swap' }), false);
  });
});

function resolve(
  kind: JobKind,
  operands: readonly string[],
  cleaned: Partial<Cleaned>,
): { readonly known: boolean; readonly text: string } {
  const nothing = { removed: [], left: [], claims: [], swapped: [], databases: [] };
  const fate = resolutionOf(jobOf(kind, operands), place, 'shop', { ...nothing, ...cleaned });
  return { known: fate.code !== 'unproven', text: fateWords(fate) };
}

function jobOf(kind: JobKind, operands: readonly string[]): Job {
  return {
    ...{ id: 'job1', folder: '/root/.jobs/job1', state: 'unknown', cleaned: false, mayHaveLeft: true },
    request: requestOf(kind, operands),
  };
}

function kept(job: string, origin: string): Cleaned['swapped'][number] {
  return { job, database: 'shop', kept: `shop__before_${job}`, origin };
}

function wordsOf(fate: Fate | undefined): string {
  return fate === undefined ? '' : fateWords(fate);
}
