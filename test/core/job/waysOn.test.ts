import fc from 'fast-check';
import assert from 'node:assert/strict';
import type { Finding } from '../../../src/core/base/finding';
import { checkRestoreOptions } from '../../../src/core/restore/options';
import { goingOn, mayHelp, waysOn, type BlockedPlan } from '../../../src/core/job/plan/waysOn';
import type { CopyOptions, JobKind } from '../../../src/core/job/request';
import type { RestoreOptions } from '../../../src/core/restore/options';
import { requestOf } from './requestOf';

/** What decides is the code, and whether it is mapped or can be done in place. */
const block = (code: string, data: object = {}): Finding => ({ level: 'block', code, data }) as Finding;

const plan = (findings: readonly Finding[], more: Partial<BlockedPlan> & { exists?: boolean } = {}): BlockedPlan => ({
  findings,
  missingWithoutOwners: more.missingWithoutOwners ?? [],
  mayCreateRoles: more.mayCreateRoles ?? true,
  target: { exists: more.exists ?? false },
});

const missing = block('roles.missing', { roles: ['a'] });
const extension = block('extensions.missing', { extensions: ['x'] });
const noCreateDb = block('role.rights', { inPlace: true });

describe('the ways on from a plan', () => {
  const named = block('roles.missing', { roles: ['b'], mapped: { a: 'b' } });
  const needed = { missingWithoutOwners: ['a'] };
  const cases: readonly (readonly [string, BlockedPlan, readonly RestoreOptions[]])[] = [
    ['nothing blocks', plan([{ level: 'warn', code: 'roles.missing', data: { roles: [] } }]), [{}]],
    ['roles are missing', plan([missing]), [{ createRoles: true }, { noOwner: true }]],
    ['and are needed without owners, too', plan([missing], needed), [{ createRoles: true }]],
    ['and may not be made', plan([missing], { mayCreateRoles: false }), [{ noOwner: true }]],
    ['and neither', plan([missing], { ...needed, mayCreateRoles: false }), [{ goOn: true }]],
    ['owners may not be given', plan([block('roles.owners'), missing]), [{ noOwner: true }]],
    ['a part is refused', plan([extension]), [{ goOn: true }]],
    ['a part of what replaces', plan([extension], { exists: true }), [{ acceptMissing: true }]],
    ['a part and roles', plan([extension, missing]), [{ createRoles: true, goOn: true }, { goOn: true }]],
    ['a mapped role is not there', plan([named]), []],
    ['a standby', plan([block('target.standby'), extension]), []],
    ['no database may be made', plan([noCreateDb], { exists: true }), [{ inPlace: true }]],
    ['nor roles', plan([noCreateDb, missing], { exists: true }), [{ inPlace: true, noOwner: true }]],
    ['in place there is nothing', plan([noCreateDb]), []],
    [
      'an extension that only a superuser can create',
      plan([block('extensions.untrusted', { inPlace: true })], { exists: true }),
      [{ acceptMissing: true }, { inPlace: true }],
    ],
  ];
  for (const [name, blocked, ways] of cases) {
    it(name, () => assert.deepEqual(waysOn(blocked, {}), ways));
  }

  it('in place is none where something else was asked for that does not go with it', () => {
    for (const asked of [{ gentle: 1e6 }, { mapRoles: { a: 'b' } }, { createRoles: true }]) {
      assert.deepEqual(waysOn(plan([noCreateDb], { exists: true }), asked), []);
    }
  });

  it('never are of what does not go together, and each takes away all that blocks', () => {
    const codes = [
      ...['extensions.missing', 'extensions.untrusted', 'roles.missing', 'roles.owners'],
      ...['collations.missing', 'owners.superuser', 'objects.superuser', 'archive.superuser'],
      'definitions.refused',
      'target.standby',
      'role.rights',
      'version.older',
      'disk.target',
    ];
    const data = (code: string): fc.Arbitrary<Record<string, unknown>> =>
      code === 'role.rights' || code === 'extensions.untrusted'
        ? fc.constantFrom({}, { inPlace: true })
        : fc.constantFrom({}, ...(code === 'roles.missing' ? [{ mapped: {} }] : []));
    const finding = fc
      .constantFrom(...codes)
      .chain((code) =>
        fc.record({ level: fc.constantFrom('block', 'warn', 'note'), code: fc.constant(code), data: data(code) }),
      );
    const flag = fc.constantFrom(true, undefined);
    const asked = fc.record({ gentle: fc.constantFrom(1e6, undefined), noOwner: flag, noPrivileges: flag, goOn: flag });
    fc.assert(
      fc.property(
        fc.array(finding, { maxLength: 5 }),
        asked,
        fc.boolean(),
        fc.boolean(),
        (all, chosen, exists, may) => {
          const options = JSON.parse(JSON.stringify(chosen)) as RestoreOptions;
          const blocked = plan(all as readonly Finding[], { exists, mayCreateRoles: may });
          for (const way of waysOn(blocked, options)) {
            checkRestoreOptions({ ...options, as: exists ? 'replace' : 'new', ...way });
            assert.ok(mayHelp(blocked), JSON.stringify(way));
            for (const { level, code, data } of all.filter((one) => one.level === 'block')) {
              assert.ok(!['target.standby', 'version.older', 'disk.target'].includes(code), `${level} ${code}`);
              if (code === 'role.rights') assert.equal(way.inPlace, true);
              assert.ok(!('mapped' in data), code);
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('going on after a refusal', () => {
  const after = (
    kind: JobKind,
    options: CopyOptions,
    code: string,
    findings?: readonly Finding[],
  ): RestoreOptions | undefined => {
    const result = { error: { code, data: {} }, ...(findings ? { findings } : {}) };
    return goingOn({ request: requestOf(kind, ['a/b/c/d', 'a/b/c/e'], { options }), result: result });
  };

  it('is what was asked for, without what was refused', () => {
    assert.deepEqual(after('restore', { as: 'new', streams: 2 }, 'restore.cannotMake'), {
      ...{ as: 'new', streams: 2, goOn: true },
    });
    // a restore, which takes nothing of what a copy asks of its dump
    assert.deepEqual(after('copy', { as: 'replace', compress: 'auto', keep: false }, 'restore.cannotMake'), {
      ...{ as: 'replace', goOn: true, acceptMissing: true },
    });
    assert.deepEqual(after('copy', { as: 'replace', goOn: true }, 'restore.missing'), {
      ...{ as: 'replace', goOn: true, acceptMissing: true },
    });
    assert.ok(after('copy', {}, 'restore.refused', [block('definitions.refused'), extension])?.goOn);
  });

  it('is no way where it was gone on already, or where no part was refused', () => {
    assert.equal(after('restore', { goOn: true }, 'restore.cannotMake'), undefined);
    assert.equal(after('restore', { as: 'replace', acceptMissing: true }, 'restore.missing'), undefined);
    assert.equal(after('restore', {}, 'restore.differs'), undefined);
    assert.equal(after('verify', {}, 'restore.cannotMake'), undefined);
    assert.equal(after('restore', { as: 'replace', inPlace: true }, 'restore.cannotMake'), undefined);
    assert.equal(after('restore', {}, 'restore.refused', [extension, block('disk.target')]), undefined);
    assert.equal(after('restore', {}, 'restore.refused', []), undefined);
    assert.equal(goingOn({ request: requestOf('restore', ['b1', 'a/b/c/d']) }), undefined);
  });
});
