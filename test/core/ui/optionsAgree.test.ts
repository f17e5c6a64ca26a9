import './vscodeDouble';
import assert from 'node:assert/strict';
import type { ErrorData } from '../../../src/core/base/errorData';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { main } from '../../../src/cli/main';
import { isAppError } from '../../../src/core/base/errors';
import { createJobFolder } from '../../../src/core/job/record/jobFolder';
import { readJob } from '../../../src/core/job/record/readJob';
import { runJob } from '../../../src/core/job/run/runJob';
import { cliHints } from '../../../src/cli/hints';
import { editorHints } from '../../../src/ui/hints';
import { ruleWords } from '../../../src/words/usageWords';
import { requestOf } from '../job/requestOf';
import type * as fake from './fakeVscode';

interface Option {
  readonly flags: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  /** the settings that say it in the editor */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** of a copy alone */
  readonly copies?: true;
}

const flag = (name: string, option: string): Option => ({ flags: [`--${name}`], options: { [option]: true } });
const all: readonly Option[] = [
  { flags: ['--as', 'new'], options: { as: 'new' } },
  { flags: ['--as', 'replace'], options: { as: 'replace' } },
  flag('no-owner', 'noOwner'),
  flag('no-privileges', 'noPrivileges'),
  flag('no-tablespaces', 'noTablespaces'),
  flag('go-on', 'goOn'),
  flag('accept-missing', 'acceptMissing'),
  flag('create-roles', 'createRoles'),
  flag('trust-settings', 'trustSettings'),
  { flags: ['--map-role', 'a=b'], options: { mapRoles: { a: 'b' } } },
  { flags: ['--map-role', 'a=a'], options: { mapRoles: { a: 'a' } } },
  { flags: ['--streams', '2'], options: { streams: 2 } },
  { flags: ['--gentle', '20'], options: { gentle: 20e6 }, settings: { gentle: 20 } },
  flag('in-place', 'inPlace'),
  { ...flag('keep', 'keep'), copies: true },
  { ...flag('count', 'count'), copies: true },
  { flags: ['--compress', 'gzip:1'], options: { compress: 'gzip:1' }, copies: true },
];

/** Every two of them, in a new database and in one that is replaced. */
function pairsOf(kind: 'restore' | 'copy'): (readonly Option[])[] {
  const own = all.filter(({ copies }) => kind === 'copy' || copies === undefined);
  const bases = own.filter(({ options }) => 'as' in options);
  const others = own.filter((one) => !bases.includes(one));
  const pairs = others.flatMap((one, at) => others.slice(at).map((other) => [one, other]));
  // said twice, the last counts
  const once = pairs.filter(
    ([one, other]) => one === other || !('mapRoles' in (one?.options ?? {}) && 'mapRoles' in (other?.options ?? {})),
  );
  return [[], ...bases.map((base) => [base]), ...bases.flatMap((base) => once.map((pair) => [base, ...new Set(pair)]))];
}

describe('which options go together', () => {
  let root: string;
  let vscode: typeof fake;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'dbf-options-'));
    vscode = (await import('vscode')) as unknown as typeof fake;
  });
  afterEach(async () => {
    vscode.settings.clear();
    await rm(root, { recursive: true, force: true });
  });

  for (const kind of ['restore', 'copy'] as const) {
    it(`is the same to the command line, the editor and the job, for all pairs of a ${kind}, in a new database and in one that is replaced`, async () => {
      const rules = new Set<string>();
      await withoutListeners(() =>
        Promise.all(
          pairsOf(kind).map(async (asked) => {
            const name = `${kind} ${asked.flatMap(({ flags }) => flags).join(' ')}`;
            const byEditor = await editor(kind, asked);
            const [byCli, byJob] = await Promise.all([commandLine(kind, asked), job(kind, asked)]);
            assert.equal(byCli, byEditor, `${name}: the command line`);
            assert.equal(byJob, byEditor, `${name}: the job`);
            if (byEditor !== 'goes') rules.add(byEditor);
          }),
        ),
      );
      const own = ['inPlace.gentle', 'inPlace.goOn', 'inPlace.replace', 'inPlace.roles', 'inPlace.streams'];
      const wanted = ['acceptMissing.replace', 'gentle.streams', ...own, 'inPlace.trustSettings', 'mapRoles.chain'];
      assert.deepEqual([...rules].sort(), wanted);
      for (const rule of rules) {
        const [inTerminal, inEditor] = [cliHints, editorHints].map((hints) =>
          ruleWords({ rule } as ErrorData['usage'], hints),
        );
        assert.match(inTerminal ?? '', /--/, rule);
        assert.doesNotMatch(inEditor ?? '--', /--/, rule);
      }
    });
  }

  const operands = { restore: ['b1', 'nowhere/a/b/c'], copy: ['nowhere/a/b/c', 'nowhere/a/b/d'] };

  async function commandLine(kind: 'restore' | 'copy', asked: readonly Option[]): Promise<string> {
    const out = new PassThrough();
    const argv = [kind, ...operands[kind], ...asked.flatMap(({ flags }) => flags), '--yes', '--json', '--root', root];
    await main(argv, { in: new PassThrough(), out, err: new PassThrough() });
    const last = JSON.parse(String(out.read()).trimEnd().split('\n').at(-1) ?? '') as Ended;
    return answerOf(last.error);
  }

  async function editor(kind: 'restore' | 'copy', asked: readonly Option[]): Promise<string> {
    const { requestOf: made } = await import('../../../src/ui/jobRequest');
    // until it is awaited nobody else changes the settings
    vscode.settings.clear();
    vscode.settings.set('backupFolder', root);
    for (const [name, value] of asked.flatMap(({ settings = {} }) => Object.entries(settings)))
      vscode.settings.set(name, value);
    const options = optionsOf(asked.filter(({ settings }) => settings === undefined));
    const { schema, kubeconfigs, root: there, asked: by, ...work } = requestOf(kind, operands[kind], { options });
    try {
      await made(work);
      return 'goes';
    } catch (error) {
      assert.ok(isAppError(error), String([error, schema, kubeconfigs, there, by]));
      return answerOf(error);
    }
  }

  /** The job's own process: it goes as far as to look for what is not there. */
  async function job(kind: 'restore' | 'copy', asked: readonly Option[]): Promise<string> {
    const own = await mkdtemp(join(root, 'job-'));
    const request = requestOf(kind, operands[kind], { root: own, options: optionsOf(asked) });
    const { folder } = await createJobFolder(own, request);
    await runJob(folder, () => '');
    const { result } = await readJob(folder);
    return answerOf(result?.error);
  }
});

interface Ended {
  readonly error?: { readonly code: string; readonly data: Readonly<Record<string, unknown>> };
}

function answerOf(error: Ended['error']): string {
  return error?.code === 'usage' ? String(error.data['rule']) : 'goes';
}

function optionsOf(asked: readonly Option[]): object {
  return Object.assign({}, ...asked.map(({ options }) => options)) as object;
}

/** A job listens to its process until that ends. */
async function withoutListeners(act: () => Promise<unknown>): Promise<void> {
  const names = ['SIGTERM', 'SIGINT', 'SIGHUP', 'uncaughtException', 'unhandledRejection'];
  const before = names.map((name) => process.listeners(name as 'SIGTERM'));
  const write = process.stderr.write.bind(process.stderr);
  process.stderr.write = () => true;
  try {
    await act();
  } finally {
    process.stderr.write = write;
    names.forEach((name, at) => {
      for (const one of process.listeners(name as 'SIGTERM')) if (!before[at]?.includes(one)) process.off(name, one);
    });
  }
}
