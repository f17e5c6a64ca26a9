import assert from 'node:assert/strict';
import { TimeLeft } from '../../src/core/base/timeLeft';

describe('timeLeft', () => {
  it('says nothing before the pace is steady, nor while nothing goes on', () => {
    const left = new TimeLeft();
    assert.equal(left.at(1000, 0), undefined);
    assert.equal(left.at(3000, 0.1), undefined);
    assert.ok(left.at(6000, 0.2) !== undefined);
    const standing = new TimeLeft();
    for (let now = 0; now < 60_000; now += 250) assert.equal(standing.at(now, 0.3), undefined);
  });

  it('is right within a tenth where what is done is told in steps', () => {
    const left = new TimeLeft();
    const whole = 1000;
    let told = 0;
    for (let second = 0; second < whole; second += 0.25) {
      // as a server tells it that is asked every two seconds
      const done = Math.floor(second / 2) * (2 / whole);
      const seconds = left.at(second * 1000, done);
      if (second < 60 || seconds === undefined) continue;
      told += 1;
      assert.ok(Math.abs(second + seconds - whole) < whole / 10, `after ${second} s: ${second + seconds}`);
    }
    assert.ok(told > 3000);
  });

  for (const [what, pace] of [
    ['one table goes three times as fast as the next', (second: number) => (second % 20 < 10 ? 1.5 : 0.5)],
    ['a disk takes less for half a minute', (second: number) => (second >= 40 && second < 70 ? 0.75 : 1)],
  ] as const) {
    it(`is right within a fifth where ${what}`, () => {
      const left = new TimeLeft();
      const whole = 1000;
      let done = 0;
      let told = 0;
      for (let second = 0; second < whole; second += 1) {
        const seconds = left.at(second * 1000, done);
        done += pace(second) / whole;
        if (second < 60 || seconds === undefined) continue;
        told += 1;
        assert.ok(Math.abs(second + seconds - whole) < whole / 5, `after ${second} s: ${second + seconds}`);
      }
      assert.ok(told > 900);
    });
  }

  it('follows a pace that changes', () => {
    const left = new TimeLeft();
    for (let second = 0; second <= 100; second += 1) left.at(second * 1000, second / 1000);
    // three times as fast from here on
    let seconds: number | undefined;
    for (let second = 100; second <= 200; second += 1)
      seconds = left.at(second * 1000, 0.1 + ((second - 100) * 3) / 1000);
    assert.equal(Math.round(seconds ?? 0), 200);
  });
});
