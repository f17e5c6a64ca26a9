import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isAppError } from '../../../src/core/base/errors';
import { decideByPolicy, type AskedOperation } from '../../../src/core/policy/rules/decideByPolicy';
import { readPolicy, type PolicyProblem, type ReadPolicy } from '../../../src/core/policy/rules/readPolicy';
import { policiesInForce } from '../../../src/core/policy/policies';
import { stateFolder } from '../../../src/core/state/stateFolder';
import { factOf } from '../../tools/factOf';
import { ferry } from '../cli/ferry';

const folder = path.join(import.meta.dirname, '../../../deploy/policies');
const shipped = async (name: string): Promise<ReadPolicy> =>
  readPolicy(await readFile(path.join(folder, `${name}.yaml`), 'utf8'));

const host = (name: string): { alias: string; server: string; contexts: [] } => ({
  ...{ alias: name, contexts: [] as [] },
  server: `https://api.${name}.example.com:6443`,
});
const prodShop = { cluster: host('prod'), namespace: 'shop', workload: 'postgres', database: 'shop', bytes: 1e9 };
const prodTools = { ...prodShop, namespace: 'tools' };
const testShop = { ...prodShop, cluster: host('test') };
/** a Friday evening in Berlin, inside the window */
const evening = new Date('2026-12-04T20:00:00Z');
const noon = new Date('2026-12-04T12:00:00Z');

describe('a policy', () => {
  /** What each shipped policy says: of which class, and what blocks. */
  const table: readonly (readonly [
    policy: string,
    what: string,
    asked: Partial<AskedOperation>,
    found: string,
    blocks: string,
  ])[] = [
    ['small-team', 'a backup of production', { operation: 'backup', source: prodShop }, 'free', ''],
    ['small-team', 'into test', { target: testShop }, 'free', ''],
    ['small-team', 'into production', { target: prodShop, reason: 'lost rows' }, 'production', 'approval'],
    ['small-team', 'into production, without why', { target: prodShop }, 'production', 'reason approval'],
    ['small-team', 'approved', { target: prodShop, reason: 'lost rows', approved: true }, 'production', ''],
    [
      ...(['small-team', 'into a place nobody described'] as const),
      { target: { ...testShop, cluster: host('other') } },
      ...(['production', 'reason approval'] as const),
    ],
    ['organisation', 'a routine backup', { operation: 'backup', source: prodShop }, 'automatic', ''],
    ['organisation', 'a drill', { operation: 'drill', target: testShop }, 'automatic', ''],
    [
      ...(['organisation', 'a development refresh, masked'] as const),
      { operation: 'copy', source: prodShop, target: testShop, masked: true },
      ...(['automatic', ''] as const),
    ],
    [
      ...(['organisation', 'the same, not masked: between clusters'] as const),
      { operation: 'copy', source: prodShop, target: testShop, masked: false },
      ...(['management', 'reason ticket notice window approval'] as const),
    ],
    [
      ...(['organisation', 'of a backup nobody vouches for'] as const),
      { operation: 'restore', target: testShop },
      ...(['management', 'reason ticket notice drill window approval'] as const),
    ],
    [
      ...(['organisation', 'a restore of production, all there'] as const),
      {
        ...{ source: prodShop, target: prodShop, masked: false, reason: 'lost rows', ticket: 'OPS-12' },
        ...{ from: evening, now: new Date('2026-12-03T12:00:00Z'), drilled: new Date('2026-11-20T00:00:00Z') },
        ...{ lasts: 3_600_000, approved: true },
      },
      ...(['management', ''] as const),
    ],
    [
      ...(['organisation', 'the same with a ticket of another form'] as const),
      {
        ...{ source: prodShop, target: prodShop, masked: false, reason: 'lost rows', ticket: 'ops 12' },
        ...{ from: evening, now: new Date('2026-12-03T12:00:00Z'), drilled: new Date('2026-11-20T00:00:00Z') },
        approved: true,
      },
      ...(['management', 'ticket'] as const),
    ],
    [
      ...(['organisation', 'a refresh of more than 50 GB'] as const),
      { operation: 'copy', source: { ...prodShop, bytes: 6e10 }, target: testShop, masked: true },
      ...(['management', 'reason ticket notice window approval'] as const),
    ],
    [
      ...(['organisation', 'a system that customers meet'] as const),
      { operation: 'restore', source: testShop, target: { ...prodShop, database: 'mails' }, reason: 'lost rows' },
      ...(['management', 'ticket notice drill window approval'] as const),
    ],
    [
      ...(['organisation', 'what was never tried'] as const),
      {
        ...{ source: prodShop, target: prodShop, masked: false, reason: 'lost rows', ticket: 'OPS-12' },
        ...{ from: evening, now: new Date('2026-12-03T12:00:00Z'), approved: true },
      },
      ...(['management', 'drill'] as const),
    ],
    [
      ...(['organisation', 'an emergency at night'] as const),
      { target: prodShop, emergency: true, reason: 'the shop is down', now: new Date('2026-12-02T02:00:00Z') },
      ...(['emergency', 'approval'] as const),
    ],
    [
      ...(['organisation', 'too long for the window'] as const),
      {
        ...{ source: prodShop, target: prodShop, masked: false, reason: 'lost rows', ticket: 'OPS-12' },
        ...{ from: new Date('2026-12-03T03:30:00Z'), now: new Date('2026-12-01T03:30:00Z') },
        ...{ drilled: new Date('2026-11-20T00:00:00Z'), lasts: 3_600_000, approved: true },
      },
      ...(['management', 'tooLong'] as const),
    ],
    [
      ...(['organisation', 'in the freeze'] as const),
      {
        ...{ source: prodShop, target: prodShop, masked: false, reason: 'lost rows', ticket: 'OPS-12' },
        ...{ from: new Date('2026-12-21T21:00:00Z'), now: new Date('2026-12-18T03:30:00Z') },
        ...{ drilled: new Date('2026-12-10T00:00:00Z'), approved: true },
      },
      ...(['management', 'window'] as const),
    ],
    [
      ...(['organisation', 'an emergency in the freeze'] as const),
      {
        ...{ target: prodShop, emergency: true, reason: 'the shop is down', now: new Date('2026-12-21T09:00:00Z') },
      },
      ...(['emergency', 'approval'] as const),
    ],
    [
      ...(['organisation', 'an undo in test'] as const),
      { operation: 'undo', target: testShop, replaces: true },
      ...(['automatic', ''] as const),
    ],
    [
      ...(['organisation', 'an undo in production'] as const),
      { operation: 'undo', target: prodTools, replaces: true, reason: 'wrong backup' },
      ...(['management', 'ticket notice window approval'] as const),
    ],
    [
      ...(['regulated', 'masked rows into test'] as const),
      { operation: 'copy', source: prodShop, target: testShop, masked: true, reason: 'tests' },
      ...(['test-data', ''] as const),
    ],
    [
      ...(['regulated', 'rows as they are'] as const),
      { operation: 'copy', source: prodShop, target: testShop, masked: false, reason: 'tests' },
      ...(['export', 'ticket notice approval'] as const),
    ],
    [
      ...(['regulated', 'an emergency that is none'] as const),
      { operation: 'copy', source: prodShop, target: testShop, masked: false, emergency: true },
      ...(['export', 'reason ticket notice approval'] as const),
    ],
  ];

  for (const [name, what, asked, found, blocks] of table) {
    it(`${name}: ${what} is ${found}${blocks === '' ? '' : `, and lacks ${blocks}`}`, async () => {
      const decision = decideByPolicy(await shipped(name), { operation: 'restore', now: noon, ...asked });
      const codes = decision.findings.filter(({ level }) => level === 'block').map(({ code }) => code.slice(7));
      assert.deepEqual([decision.class.name, codes.join(' ')], [found, blocks]);
    });
  }

  describe('of the time of a restore of production', () => {
    const asked = {
      ...{ operation: 'restore', source: prodShop, target: prodShop, masked: false, reason: 'lost rows' },
      ...{ ticket: 'OPS-12', from: evening, now: new Date('2026-12-03T12:00:00Z'), approved: true },
      ...{ drilled: new Date('2026-11-20T00:00:00Z'), lasts: 3_600_000 },
    } satisfies AskedOperation;
    const decided = async (more: Partial<AskedOperation>, change: readonly [string, string] = ['', '']) => {
      const text = await readFile(path.join(folder, 'organisation.yaml'), 'utf8');
      assert.ok(text.includes(change[0]), change[0]);
      const { findings } = decideByPolicy(readPolicy(text.replace(...change)), { ...asked, ...more });
      return findings.filter(({ code }) => code !== 'policy.class');
    };
    const codes = async (...args: Parameters<typeof decided>): Promise<string> =>
      (await decided(...args)).map(({ level, code }) => `${level} ${code.slice(7)}`).join();

    it('a trial of its backup counts for so many days, one that nobody knows or that is to come does not', async () => {
      const day = 86_400_000;
      const before = (days: number): Date => new Date(asked.now.getTime() - days * day);
      assert.equal(await codes({ drilled: undefined }), 'block drill');
      assert.equal(await codes({ drilled: before(30) }), '');
      assert.equal(await codes({ drilled: before(30.01) }), 'block drill');
      assert.equal(await codes({ drilled: before(-0.5) }), '');
      assert.equal(await codes({ drilled: before(-1.01) }), 'block drill');
    });

    it('notice is given so many hours before, and it is said when that would be', async () => {
      const unapproved = { approved: false, from: new Date('2026-12-04T11:59:00Z') };
      const [notice] = (await decided(unapproved)).filter(({ code }) => code === 'policy.notice');
      assert.equal(factOf(notice, 'earliest'), '2026-12-04T12:00:00.000Z');
      assert.equal(await codes({ ...unapproved, from: evening }), 'block approval');
    });

    it('a window that is shut lets by an emergency, or what was approved, as it says itself, and nobody else', async () => {
      const frozen = { from: new Date('2026-12-21T21:00:00Z'), drilled: new Date('2026-12-01T00:00:00Z') };
      const manager = ['override: emergency', 'override: manager'] as const;
      const nobody = ['override: emergency', 'override: never'] as const;
      const ended = { ...frozen, lasts: 60_000 };
      assert.equal(await codes(ended), 'block window');
      assert.equal(await codes(ended, manager), '');
      assert.equal(await codes({ ...ended, approved: false }, manager), 'block window,block approval');
      assert.equal(await codes(ended, nobody), 'block window');
      const emergency = { ...ended, emergency: true, approved: false };
      assert.equal(await codes(emergency), 'block approval');
      assert.equal(await codes(emergency, manager), 'block window,block approval');
      assert.equal(await codes(emergency, nobody), 'block window,block approval');
    });

    it('what ends with its window fits; what takes longer does not begin, or is warned of where the window lets it finish', async () => {
      const whole = { lasts: Date.parse('2026-12-05T04:00:00Z') - evening.getTime() };
      assert.equal(await codes(whole), '');
      assert.equal(await codes({ lasts: whole.lasts + 1 }), 'block tooLong');
      const finish = ['duration: 9h', 'duration: 9h\n      overrun: finish'] as const;
      assert.equal(await codes({ lasts: whole.lasts + 1 }, finish), 'warn tooLong');
    });
  });

  it('says of an expression which of its parts made it true, wherever it stands', async () => {
    const policy = await shipped('organisation');
    const of = (asked: Partial<AskedOperation>): readonly string[] =>
      decideByPolicy(policy, { operation: 'restore', now: noon, ...asked }).class.because.map(({ text }) => text);
    assert.deepEqual(of({ operation: 'backup', source: prodShop }), [
      'request.operation in ["backup", "verify", "drill", "discard"]',
    ]);
    const refresh = of({ operation: 'copy', source: prodShop, target: testShop, masked: true });
    assert.ok(refresh.includes('target.environment in ["development", "test"]'), refresh.join());
    assert.deepEqual(of({ target: prodShop, source: prodShop }), ['target.environment == "production"']);
  });

  it('takes the strictest class where a fact is missing, and says which', async () => {
    const policy = await shipped('organisation');
    const decision = decideByPolicy(policy, {
      operation: 'restore',
      target: { ...testShop, cluster: host('x') },
      now: noon,
    });
    assert.equal(decision.class.name, 'management');
    assert.equal(decision.class.missing?.of, 'management');
    assert.match(decision.class.missing.fact, /^source(?:\.bytes)?$/);
  });

  it('is not fooled by what a kubeconfig calls a cluster, nor by a label, where it says itself what a place is', async () => {
    const policy = await shipped('organisation');
    const disguised = { ...prodShop, cluster: { ...host('prod'), alias: 'test', contexts: [{ name: 'test' }] } };
    const named = {
      operation: 'restore',
      masked: true,
      target: { ...disguised, environment: 'test' },
      now: noon,
    } as const;
    assert.equal(decideByPolicy(policy, named).class.name, 'management');
    // a cluster that is not there is called so by a backup's manifest alone
    const nobody = { alias: 'test', server: '', contexts: [] };
    const unknown = { ...named, target: { ...prodShop, cluster: nobody } } as const;
    assert.equal(decideByPolicy(policy, unknown).class.by, 'missing');
  });

  it('takes nothing for a policy that says something else, and tells the place of each fault', async () => {
    const text = await readFile(path.join(folder, 'organisation.yaml'), 'utf8');
    const damaged: readonly (readonly [from: string, to: string, reason: PolicyProblem['reason'], at: string])[] = [
      ['approvals: 1', 'aprovals: 1', 'unknown', 'aprovals: 1'],
      [
        'target.customerFacing',
        'target.customerfacing',
        'expression',
        '>-\n        target.environment == "production"',
      ],
      ["'request.emergency'", "'request.reason'", 'expression', "'request.reason'"],
      ["'request.emergency'", "'request.emergency &&'", 'expression', "'request.emergency &&'"],
      ['name: emergency', 'name: emergencies', 'rule', 'timeZone: Europe/Berlin'],
      ["'0 20 * * 1-5'", "'0 25 * * 1-5'", 'value', "'0 25"],
      ['duration: 9h', 'duration: nine', 'value', 'nine'],
      ['duration: 9h\n      timeZone: Europe/Berlin', 'duration: 9h', 'window', 'kind: allow'],
      ['timeZone: Europe/Berlin\n  #', 'timeZone: Europe/Bonn\n  #', 'value', 'Europe/Bonn'],
      ["'^[A-Z]+-[0-9]+$'", "'^[A-Z+-[0-9]+$('", 'value', "'^[A-Z+"],
      ['kind: OperationPolicy', 'kind: OperationsPolicy', 'value', 'OperationsPolicy'],
      ['approvals: 1', 'approvals: -1', 'value', '-1'],
      ["approvers: ['group:on-call']", "approvers: ['on-call']", 'value', "'on-call'"],
      ['timeZone: Europe/Berlin\n  #', 'timeZone: &z Europe/Berlin\n  #', 'alias', 'Europe/Berlin'],
      ['spec:', 'spec: {', 'yaml', ''],
    ];
    for (const [from, to, reason, at] of damaged) {
      assert.ok(text.includes(from), from);
      const changed = text.replace(from, to);
      assert.throws(
        () => readPolicy(changed),
        (error) => {
          assert.ok(isAppError(error, 'policy.invalid'), String(error));
          const problems = error.data['problems'] as PolicyProblem[];
          const found = problems.find((one) => one.reason === reason);
          assert.ok(found, `${to}: ${JSON.stringify(problems)}`);
          const lines = changed.split('\n').slice(found.line - 1);
          const rest = [lines[0]?.slice(found.column - 1), ...lines.slice(1)].join('\n');
          assert.ok(rest.startsWith(at), `${to}: ${rest.slice(0, 40)}`);
          return true;
        },
      );
    }
  });

  it('that is not to be read lets nobody go on, and each that is there counts', async () => {
    const root = await mkdtemp(path.join(tmpdir(), 'policy-'));
    try {
      assert.deepEqual(await policiesInForce(root, []), []);
      await writeFile(path.join(root, 'policy.yaml'), 'kind: nothing');
      await assert.rejects(policiesInForce(root, []), (error) => isAppError(error, 'policy.invalid'));
      await writeFile(path.join(root, 'policy.yaml'), await readFile(path.join(folder, 'small-team.yaml')));
      assert.equal((await ferry('policy', 'use', path.join(folder, 'regulated.yaml'))).exitCode, 0);
      const all = await policiesInForce(root, []);
      assert.deepEqual(
        all.map(({ by }) => by.kind),
        ['own', 'root'],
      );
    } finally {
      await rm(root, { recursive: true });
      await rm(path.join(stateFolder(), 'policy'), { recursive: true, force: true });
    }
  });

  it('is checked and explained on the command line, as one would say it', async () => {
    const file = path.join(folder, 'small-team.yaml');
    assert.equal((await ferry('policy', 'check', file)).exitCode, 0);
    const asked = ['policy', 'explain', 'undo', 'prod/shop/postgres-0/shop', '--policy', file];
    const told = await ferry(...asked, '--reason', 'the wrong backup');
    assert.equal(told.exitCode, 4);
    assert.match(told.out, /production, because the target is production/);
    assert.match(told.out, /needs: it needs 1 approval of whom the cluster lets approve; .*db-ferry request/);
    const free = await ferry('policy', 'explain', 'undo', 'test/shop/postgres-0/shop', '--policy', file);
    assert.equal(free.exitCode, 0, free.err);
    assert.match(free.out, /nothing is missing/);
    assert.equal((await ferry('policy', 'explain', 'destroy', 'a/b/c/d', '--policy', file)).exitCode, 2);
    const damaged = path.join(tmpdir(), `policy-${process.pid}.yaml`);
    await writeFile(damaged, (await readFile(file, 'utf8')).replace('approvals: 1', 'approvals: many'));
    const refused = await ferry('policy', 'check', damaged);
    await rm(damaged);
    assert.notEqual(refused.exitCode, 0);
    assert.match(refused.err, /line 20, column \d+: spec\.rules\.production\.approvals/);
  });
});
