import path from 'node:path';
import { AppError, isAppError, isErrno } from '../../core/base/errors';
import type { Decision } from '../../core/policy/rules/decideByPolicy';
import type { ReadPolicy } from '../../core/policy/rules/readPolicy';
import { decisionLines } from '../../words/policyWords';
import { safe } from '../../words/format';
import type { Call, Command } from '../command';
import { cliHints } from '../hints';
import { questionOf } from '../policyQuestion';
import { rootOf } from '../setting';

/** Reads a policy, and says what is wrong with it. */
const check: Command = {
  name: 'policy check',
  summary: 'read a policy, and say what is wrong with it, line by line',
  examples: ['db-ferry policy check policy.yaml'],
  operands: [{ name: 'file', takes: ['file'] }],
  options: [],
  async run({ operands: [file = ''], terminal }) {
    const { policy, digest } = await policyIn(file);
    const { classes, windows = [], places = [] } = policy.spec;
    const data = { policy: policy.metadata.name, digest, classes: classes.map(({ name }) => name) };
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data });
    terminal.line(
      safe(
        `The policy ${policy.metadata.name} can be decided by: ${classes.length} classes, ${places.length} places, ${windows.length} windows.`,
      ),
    );
    terminal.line(`SHA-256 ${digest}`);
    return 0;
  },
};

/** What policies say of an operation, without doing it. */
const explain: Command = {
  name: 'policy explain',
  summary: 'what policies say of an operation, and why; does nothing',
  more: [
    'Behind the name of an operation come its operands, as the command itself takes them. --policy takes a file for it; without, the policies that count for it are asked: your own, that of the root, those of the clusters. A place that cannot be reached is judged by its name.',
  ],
  examples: [
    'db-ferry policy explain restore latest prod/shop/postgres-0/shop --as replace --ticket OPS-12',
    'db-ferry policy explain copy prod/shop/postgres-0/shop test/shop/postgres-0/shop --policy policy.yaml',
  ],
  operands: [
    { name: 'operation', takes: ['text'] },
    { name: 'backup or database ref', takes: ['backup', 'database'], optional: true },
    { name: 'database ref', takes: ['database'], optional: true },
  ],
  options: ['policy', 'as', 'in-place', 'mask'],
  async run(call) {
    const { decideByPolicy } = await import('../../core/policy/rules/decideByPolicy');
    const { asked, clients } = await questionOf(call);
    const { terminal, options } = call;
    let policies: readonly ReadPolicy[];
    if (options.policy === undefined) {
      const { policiesInForce } = await import('../../core/policy/policies');
      policies = await policiesInForce(await rootOf(call), clients);
    } else policies = [await policyIn(options.policy)];
    const decisions = policies.map((policy) => decideByPolicy(policy, asked));
    return told(decisions, terminal);
  },
};

/** Takes a policy for all that this user does. */
const use: Command = {
  name: 'policy use',
  summary: 'have all that you do here follow a policy, beside those of the root and of clusters',
  more: [
    'A policy that lies as policy.yaml in the root counts for everybody who works with that root, and the OperationPolicy `default` of a cluster for what is done there. All of them count: what one asks for, no other takes away. On this machine nobody is kept from doing without: what the cluster enforces is in docs/governance.md.',
  ],
  examples: ['db-ferry policy use policy.yaml'],
  operands: [{ name: 'file', takes: ['file'] }],
  options: [],
  async run({ operands: [file = ''], terminal }) {
    const { writeOwnPolicy } = await import('../../core/policy/policies');
    const text = await textOf(file);
    const { policy, digest } = await naming(file, async () => writeOwnPolicy(text));
    const data = { policy: policy.metadata.name, digest };
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data });
    terminal.line(safe(`All that you do here follows the policy ${policy.metadata.name}. It is not enforced here.`));
    return 0;
  },
};

/** Says each decision; 4 where one forbids it. */
function told(decisions: readonly Decision[], terminal: Call['terminal']): number {
  for (const decision of decisions) {
    const { policy, digest, class: found, findings } = decision;
    terminal.event({ type: 'decision', policy, digest, class: found.name, by: found.by, findings });
    for (const line of decisionLines(decision, cliHints)) terminal.line(line);
  }
  if (decisions.length === 0) terminal.line('No policy counts for it.');
  const isRefused = decisions.some(({ findings }) => findings.some(({ level }) => level === 'block'));
  const exitCode = isRefused ? 4 : 0;
  const outcome = isRefused ? 'refused' : 'done';
  terminal.event({ type: 'result', outcome, exitCode, data: { policies: decisions.length } });
  return exitCode;
}

/** A policy in a file. Throws `usage` where it is not there, `policy.invalid`. */
async function policyIn(file: string): Promise<ReadPolicy> {
  const { readPolicy } = await import('../../core/policy/rules/readPolicy');
  const text = await textOf(file);
  return naming(file, () => Promise.resolve(readPolicy(text)));
}

async function naming<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isAppError(error, 'policy.invalid')) throw error;
    throw new AppError('policy.invalid', { ...error.data, file }, { cause: error });
  }
}

async function textOf(file: string): Promise<string> {
  const { readSafely } = await import('../../core/base/safeFile');
  const { longestPolicy } = await import('../../core/policy/rules/readPolicy');
  const bytes = await readSafely(path.resolve(file), { most: longestPolicy, follow: true }).catch((error: unknown) => {
    if (isErrno(error, ['ENOENT'])) throw new AppError('usage', { message: `there is no file ${file}` });
    throw error;
  });
  return bytes.toString('utf8');
}

/** What has to do with policies. */
export const policy: readonly Command[] = [check, explain, use];
