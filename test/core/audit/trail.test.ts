import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { AppError, isAppError } from '../../../src/core/base/errors';
import { anchorText, type Checkpoint } from '../../../src/core/audit/checkpoint';
import { audited, ownTrailStore } from '../../../src/core/audit/ownTrail';
import { digestOf, recordText, type AuditEntry, type AuditRecord } from '../../../src/core/audit/record';
import { AuditTrail, recordKey } from '../../../src/core/audit/trail';
import {
  anchorsFrom,
  verifyTrail,
  type Anchor,
  type Damage,
  type Verification,
} from '../../../src/core/audit/verifyTrail';
import { keyRing } from '../../../src/core/state/keys';
import { localStore } from '../../../src/core/store/local';
import { MemoryStore } from '../../../src/core/store/memory';
import { writeOnce, type Store, type Upload } from '../../../src/core/store/store';

const actor = { user: 'alice@here', via: 'test' };
const runs = 400;

describe('the audit trail', function () {
  this.timeout(240_000);
  let folder: string;
  let state: string | undefined;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'ferry-audit-'));
    state = process.env['XDG_STATE_HOME'];
    process.env['XDG_STATE_HOME'] = folder;
  });
  after(async () => {
    if (state === undefined) delete process.env['XDG_STATE_HOME'];
    else process.env['XDG_STATE_HOME'] = state;
    await rm(folder, { recursive: true, force: true });
  });

  async function filled(store: Store, count: number): Promise<Checkpoint[]> {
    const trail = new AuditTrail(store);
    const all: Checkpoint[] = [];
    for (let at = 1; at < count; at++) all.push((await trail.append(entry(at))).checkpoint!);
    return all;
  }
  async function verified(store: Store, anchors: readonly Anchor[] = []): Promise<Verification> {
    return verifyTrail(store, { anchors, ring: await keyRing() });
  }

  it(`of ${runs} damages each is found, by the chain or by an anchor that its operator does not hold`, async () => {
    const found = new Map<string, Map<string, number>>();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 3, max: 14 }),
        fc.constantFrom(...damageKinds),
        fc.nat(),
        fc.nat(),
        async (count, kind, one, other) => {
          const store = new MemoryStore();
          const checkpoints = await filled(store, count);
          // in the mail of a colleague: what was last, or something before it
          const outside = checkpoints
            .slice(-1 - (other % 2))
            .slice(0, 1)
            .flatMap((each) => anchorsFrom(`Hello,\n> ${anchorText(each)}\n`, 'a mail'));
          const whole = await verified(store, outside);
          assert.deepEqual([whole.damages, whole.unknown, whole.open.length], [[], [], count - 1]);
          assert.ok(outside.every(({ size }) => whole.anchored >= size));
          assert.ok(outside.every(({ from }) => whole.anchors.some((one) => one.from === from)));
          const damage: DoDamage = damages[kind];
          const { seq, anchors = [] } = await damage(store, { count, one, other });
          const { damages: seen, anchored } = await verified(store, [...outside, ...anchors]);
          const [last] = outside;
          if (seen.length === 0) {
            // only what stands behind the newest anchor may pass, and it is said to stand there
            assert.ok(seq > last!.size && anchored < seq, `${kind} of ${seq} in ${count} was not found`);
          }
          const by = seen.length === 0 ? 'behind every anchor: said to be' : showing(seen);
          const row = found.get(kind) ?? new Map<string, number>();
          found.set(kind, row.set(by, (row.get(by) ?? 0) + 1));
        },
      ),
      { numRuns: runs },
    );
    for (const [kind, row] of found)
      console.log(`      ${kind.padEnd(28)} ${[...row].map(([by, times]) => `${by} ${times}`).join(', ')}`);
    assert.equal(
      [...found.values()].flatMap((row) => [...row.values()]).reduce((sum, times) => sum + times, 0),
      runs,
    );
  });

  it('writers at once, in one process and in several, make one chain without a gap', async () => {
    const store = localStore(path.join(folder, 'several'));
    const others = [1, 2, 3].map((writer) =>
      child(path.join(folder, 'several'), `for (let at = 0; at < 20; at++) await write({ writer: ${writer}, at });`),
    );
    const here = [4, 5].map(async (writer) => {
      const trail = new AuditTrail(store);
      for (let at = 0; at < 20; at++) await trail.append({ ...entry(at), details: { writer, at } });
    });
    assert.deepEqual(await Promise.all(others.map(({ ended }) => ended)), [0, 0, 0]);
    await Promise.all(here);
    const records: AuditRecord[] = [];
    const seen = await verifyTrail(store, {
      anchors: [],
      ring: await keyRing(),
      onRecord: (one) => void records.push(one),
    });
    assert.deepEqual(seen.damages, []);
    assert.equal(seen.size, 101);
    for (const writer of [1, 2, 3, 4, 5]) {
      const own = records.filter(({ details }) => details?.['writer'] === writer).map(({ details }) => details?.['at']);
      assert.deepEqual(
        own,
        Array.from({ length: 20 }, (_, at) => at),
      );
    }
  });

  it('kill -9 at any moment leaves whole records, and the next writer goes on', async () => {
    const place = path.join(folder, 'killed');
    const store = localStore(place);
    for (let round = 0; round < 5; round++) {
      const { process: running, ended } = child(place, 'for (let at = 0; ; at++) await write({ at });');
      const before = (await verified(store)).size;
      while ((await verified(store)).size < before + 2) await new Promise((resolve) => setTimeout(resolve, 10));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
      running.kill('SIGKILL');
      await ended;
      await new AuditTrail(store).append(entry(round));
      assert.deepEqual((await verified(store)).damages, []);
    }
  });

  it('killed between intent and outcome, the intent stays open', async () => {
    const place = path.join(folder, 'open');
    const { ended } = child(
      place,
      `await trail.append({ type: 'restore.intent', actor, request: { job: 'j1' } }); process.kill(process.pid, 'SIGKILL');`,
    );
    await ended;
    const { open, damages: seen } = await verified(localStore(place));
    assert.deepEqual([open.map(({ request }) => request?.job), seen], [['j1'], []]);
  });

  it('what cannot be written is not begun, and what is full leaves nothing of a record', async () => {
    const store = new (class extends MemoryStore {
      isFull = false;
      override async create(key: string): Promise<Upload> {
        const upload = await super.create(key);
        const write = async (chunk: Buffer): Promise<void> => {
          await upload.write(chunk.subarray(0, chunk.length / 2));
          throw new AppError('disk.full', { folder: 'x', free: 0, needed: 1 });
        };
        return this.isFull
          ? { write, commit: async (how) => upload.commit(how), abort: async () => upload.abort() }
          : upload;
      }
    })();
    await filled(store, 4);
    store.isFull = true;
    await assert.rejects(
      new AuditTrail(store).append(entry(9)),
      (error) => isAppError(error, 'audit.unwritable') && error.data.code === 'disk.full',
    );
    const { size, damages: seen } = await verified(store);
    assert.deepEqual([size, seen], [4, []]);
  });

  it('an act is framed by its intent and its outcome, and is not done where the intent cannot be written', async () => {
    const env = { DB_FERRY_AUDIT: path.join(folder, 'acts') };
    assert.equal(await audited('delete', { actor, backup: { id: 'b1' } }, async () => 7, { env }), 7);
    await assert.rejects(
      audited('hold', { actor }, async () => Promise.reject(new AppError('backup.unknown', { backup: 'b' })), { env }),
      { code: 'backup.unknown' },
    );
    const records: AuditRecord[] = [];
    const store = await ownTrailStore(env);
    const ring = await keyRing();
    const seen = await verifyTrail(store, { anchors: [], ring, onRecord: (one) => void records.push(one) });
    // each intent has its outcome; an anchor by a key that nobody trusts holds nothing
    assert.deepEqual([seen.open, seen.unknown, seen.anchored], [[], [], records.length]);
    const stranger = await verifyTrail(store, { anchors: [], ring: { trusted: [] } });
    assert.deepEqual([stranger.anchors, stranger.anchored, stranger.unknown.length > 0], [[], 0, true]);
    assert.deepEqual(
      records.map(({ type, outcome }) => [type, outcome]),
      [
        ['trail.opened', undefined],
        ['delete.intent', undefined],
        ['delete.outcome', 'done'],
        ['hold.intent', undefined],
        ['hold.outcome', 'failed'],
      ],
    );
    let wasDone = false;
    await writeFile(path.join(folder, 'file'), '');
    const nowhere = { DB_FERRY_AUDIT: path.join(folder, 'file', 'below') };
    const act = async (): Promise<void> => void (wasDone = true);
    await assert.rejects(audited('delete', { actor }, act, { env: nowhere }), (error) =>
      isAppError(error, 'audit.unwritable'),
    );
    assert.equal(wasDone, false);
  });

  it('a day of silence is told by a heartbeat; an hour more, unheard, is found', async () => {
    const store = new MemoryStore();
    let now = new Date('2026-03-01T10:00:00Z');
    const trail = new AuditTrail(store, () => now);
    await trail.append(entry(1));
    now = new Date('2026-03-02T09:00:00Z');
    await trail.append(entry(2));
    assert.deepEqual((await verified(store)).quiet, []);
    now = new Date('2026-03-05T10:00:00Z');
    await trail.append(entry(3));
    const records: AuditRecord[] = [];
    const { quiet } = await verifyTrail(store, {
      anchors: [],
      ring: await keyRing(),
      onRecord: (one) => void records.push(one),
    });
    assert.deepEqual(
      records.map(({ type }) => type),
      ['trail.opened', 'backup.intent', 'backup.intent', 'trail.heartbeat', 'backup.intent'],
    );
    assert.deepEqual(
      quiet.map(({ after, hours }) => [after, Math.round(hours)]),
      [[3, 73]],
    );
  });

  it('the keys and digests are those of sha256sum and openssl', async () => {
    const store = new MemoryStore();
    await filled(store, 3);
    const second = (await store.get(recordKey(2), 1e6)).toString();
    const third = JSON.parse((await store.get(recordKey(3), 1e6)).toString()) as AuditRecord;
    assert.equal(third.prev, digestOf(second));
    assert.equal(second.at(-1), '\n');
  });

  function child(
    place: string,
    script: string,
  ): { readonly process: ReturnType<typeof spawn>; readonly ended: Promise<number | null> } {
    const source = `
import { AuditTrail } from './src/core/audit/trail';
import { localStore } from './src/core/store/local';
const actor = { user: 'child', via: 'test' };
const trail = new AuditTrail(localStore(${JSON.stringify(place)}));
const write = async (details: Record<string, unknown>) => trail.append({ type: 'backup.intent', actor, details });
void (async () => { ${script} })();`;
    const running = spawn(
      process.execPath,
      [...process.execArgv.filter((arg) => !arg.startsWith('--inspect')), '--import', 'tsx', '--eval', source],
      { stdio: ['ignore', 'inherit', 'inherit'] },
    );
    const ended = new Promise<number | null>((resolve) => running.on('close', (code) => resolve(code)));
    return { process: running, ended };
  }
});

function entry(at: number): AuditEntry {
  return { type: 'backup.intent', actor, target: `a/b/c/shop${at}`, details: { at } };
}

/** Which of the two shows it: what nobody can make anew, or the order of the records alone. */
function showing(seen: readonly Damage[]): string {
  const byAnchor = seen.some(({ anchor }) => anchor !== undefined);
  const byChain = seen.some(({ anchor }) => anchor === undefined);
  return byAnchor && byChain ? 'chain and anchor' : byAnchor ? 'anchor' : 'chain';
}

interface Where {
  readonly count: number;
  readonly one: number;
  readonly other: number;
}

/** Does it, and says which record is the first that is not as it was. */
type DoDamage = (
  store: MemoryStore,
  where: Where,
) => Promise<{ readonly seq: number; readonly anchors?: readonly Anchor[] }>;

async function recordsOf(store: Store): Promise<AuditRecord[]> {
  const all: AuditRecord[] = [];
  for await (const { key } of store.list('records/'))
    all.push(JSON.parse((await store.get(key, 1e6)).toString()) as AuditRecord);
  return all;
}

async function put(store: Store, seq: number, text: string): Promise<void> {
  await store.remove(recordKey(seq));
  await writeOnce(store, recordKey(seq), text);
}

/** Writes these from `from` on, each with the digest of the one before: what somebody does who may write all of them. */
async function rehash(store: Store, records: readonly AuditRecord[], from: number): Promise<void> {
  let prev = from === 1 ? '0'.repeat(64) : digestOf(await store.get(recordKey(from - 1), 1e6));
  for (const [at, record] of records.entries()) {
    const text = recordText({ ...record, seq: from + at, prev });
    await put(store, from + at, text);
    prev = digestOf(text);
  }
}

const edited = (record: AuditRecord): AuditRecord => ({ ...record, actor: { ...record.actor, user: 'mallory' } });

const damages = {
  'cut tail': async (store, { count, one }) => {
    const seq = 2 + (one % (count - 1));
    for (let at = seq; at <= count; at++) await store.remove(recordKey(at));
    return { seq };
  },
  'removed one': async (store, { count, one }) => {
    const seq = 1 + (one % count);
    await store.remove(recordKey(seq));
    return { seq };
  },
  'removed one, numbered anew': async (store, { count, one }) => {
    const all = await recordsOf(store);
    const seq = 1 + (one % (count - 1));
    await rehash(store, all.slice(seq), seq);
    await store.remove(recordKey(count));
    return { seq };
  },
  'reordered two': async (store, { count, one, other }) => {
    const a = 1 + (one % count);
    const b = 1 + ((a - 1 + 1 + (other % (count - 1))) % count);
    const [left, right] = [await store.get(recordKey(a), 1e6), await store.get(recordKey(b), 1e6)];
    await put(store, a, right.toString());
    await put(store, b, left.toString());
    return { seq: Math.min(a, b) };
  },
  'reordered, hashed anew': async (store, { count, one }) => {
    const all = await recordsOf(store);
    const seq = 1 + (one % (count - 1));
    await rehash(store, [all[seq]!, all[seq - 1]!, ...all.slice(seq + 1)], seq);
    return { seq };
  },
  edited: async (store, { count, one }) => {
    const all = await recordsOf(store);
    const seq = 1 + (one % count);
    await put(store, seq, recordText(edited(all[seq - 1]!)));
    return { seq };
  },
  'edited, hashed anew from there': async (store, { count, one }) => {
    const all = await recordsOf(store);
    const seq = 1 + (one % count);
    await rehash(store, [edited(all[seq - 1]!), ...all.slice(seq)], seq);
    return { seq };
  },
  'put in, hashed anew from there': async (store, { count, one }) => {
    const all = await recordsOf(store);
    const seq = 1 + (one % count);
    await rehash(store, [edited(all[seq - 1]!), ...all.slice(seq - 1)], seq);
    return { seq };
  },
  'a byte changed': async (store, { count, one, other }) => {
    const seq = 1 + (one % count);
    const bytes = Buffer.from(await store.get(recordKey(seq), 1e6));
    bytes[other % bytes.length] = bytes[other % bytes.length]! ^ 1;
    await store.remove(recordKey(seq));
    await writeOnce(store, recordKey(seq), bytes);
    return { seq };
  },
  'written in another way': async (store, { count, one }) => {
    const seq = 1 + (one % count);
    await put(
      store,
      seq,
      `${JSON.stringify(JSON.parse((await store.get(recordKey(seq), 1e6)).toString()), undefined, 1)}\n`,
    );
    return { seq };
  },
  'half of a record': async (store, { count, one }) => {
    const seq = 1 + (one % count);
    const text = (await store.get(recordKey(seq), 1e6)).toString();
    await put(store, seq, text.slice(0, text.length / 2));
    return { seq };
  },
  'a record twice': async (store, { count, one }) => {
    await writeOnce(store, recordKey(count + 1), (await store.get(recordKey(1 + (one % count)), 1e6)).toString());
    return { seq: 1 + (one % count) };
  },
  'one of another trail': async (store, { count, one }) => {
    const stranger = new MemoryStore();
    const trail = new AuditTrail(stranger);
    for (let at = 1; at < count; at++) await trail.append(entry(at));
    const seq = 1 + (one % count);
    await put(store, seq, (await stranger.get(recordKey(seq), 1e6)).toString());
    return { seq };
  },
  'another trail in its place': async (store, { count }) => {
    for (let at = 1; at <= count; at++) await store.remove(recordKey(at));
    const trail = new AuditTrail(store);
    for (let at = 1; at <= count; at++) await trail.append(entry(at));
    return { seq: 1 };
  },
  'all of it gone': async (store, { count }) => {
    for (let at = 1; at <= count; at++) await store.remove(recordKey(at));
    return { seq: 1 };
  },
  'something else among them': async (store, { count }) => {
    await writeOnce(store, `records/000000000/notes-${randomBytes(2).toString('hex')}`, 'hello');
    return { seq: count };
  },
  'an anchor made up': async (store, { count, one }) => {
    const seq = 1 + (one % count);
    const { trail } = (await recordsOf(store))[0]!;
    const { key } = (await keyRing()).own ? { key: (await keyRing()).own! } : { key: '' };
    const forged = {
      trail,
      size: seq,
      head: digestOf('x'),
      time: new Date().toISOString(),
      key,
      signature: `${'A'.repeat(86)}==`,
    };
    return { seq, anchors: [{ ...forged, from: 'a letter' }] };
  },
} satisfies Record<string, DoDamage>;

const damageKinds = Object.keys(damages) as (keyof typeof damages)[];
