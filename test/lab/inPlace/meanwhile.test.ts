import assert from 'node:assert/strict';
import { told } from '../ferry';
import { inPhase, Scene } from './scene';

describe('a restore in place, and what others do during its safety backup', function () {
  this.timeout(180_000);
  let scene: Scene;
  before(async () => {
    scene = await Scene.start();
  });
  beforeEach(() => scene.renew());
  after(() => scene.close());

  for (const [what, sql, named] of [
    ['a function', `create function later() returns int language sql as 'select 1'`, /function public\.later\(\)/],
    ['a label of an enum', `alter type mood add value 'later'`, /type public\.mood/],
    ['a grant', 'revoke select on old from shop_app', /table public\.old/],
  ] as const) {
    it(`${what} that comes while the safety backup is taken is not lost`, async () => {
      scene.slow('pg_dump -F', 20_000);
      const run = scene.startRestore();
      await inPhase(run.events, 'dump');
      await scene.asOwner(sql);
      scene.live = await scene.seen('limited');
      const ended = await run.ended;
      assert.equal(ended.exitCode, 1, told(ended));
      assert.match(String(ended.result.error?.data['reason']), named, told(ended));
      await scene.unchanged();
    });
  }

  it('what others do meanwhile that no dump holds is no hindrance', async () => {
    await scene.asOwner('create materialized view counted as select count(*) from old; create sequence drawn');
    scene.slow('pg_dump -F', 20_000);
    const run = scene.startRestore();
    await inPhase(run.events, 'dump');
    await scene.asOwner(
      `create temp table mine (a int); create function pg_temp.f() returns int language sql as 'select 1'; refresh materialized view counted`,
    );
    await scene.asOwner(`analyze counted; select nextval('drawn')`);
    const ended = await run.ended;
    assert.equal(ended.exitCode, 0, told(ended));
    assert.deepEqual(await scene.againstSource(), []);
  });
});
