import path from 'node:path';
import { AppError, isAppError, isErrno } from '../../core/base/errors';
import type { KubeClient } from '../../core/cluster/kubeClient';
import { findCluster, formatReference, parseReference, type DatabaseReference } from '../../core/cluster/reference';
import type { AskedOperation, Decision } from '../../core/policy/rules/decideByPolicy';
import type { KnownPlace } from '../../core/policy/rules/policyPlaces';
import type { Operation } from '../../core/policy/rules/policySchema';
import type { ReadPolicy } from '../../core/policy/rules/readPolicy';
import type { BackupEntry } from '../../core/catalog/manifest';
import { decisionLines } from '../../words/policyWords';
import { safe } from '../../words/format';
import type { Call, Command } from '../command';
import { cliHints } from '../hints';
import { backupReference, databaseReference } from '../operands';
import { askedOf, kubeconfigsOf, rootOf } from '../setting';

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

/** The operation that the words of the command line mean. */
async function questionOf(
  call: Call,
): Promise<{ readonly asked: AskedOperation; readonly clients: readonly KubeClient[] }> {
  const { isOperation } = await import('../../core/policy/rules/decideByPolicy');
  const { askedFacts, provenFacts } = await import('../../core/job/plan/policyQuestion');
  const [operation = '', first, second] = call.operands;
  if (!isOperation(operation)) {
    const { operations } = await import('../../core/policy/rules/policySchema');
    const message = `${operation} is no operation; they are ${operations.join(', ')}.`;
    throw new AppError('usage', { message, command: 'policy explain' });
  }
  const { options } = call;
  const backup = takesBackup.includes(operation) && first !== undefined ? await foundBackup(call, first) : undefined;
  const places = [second ?? (backup === undefined ? first : undefined), operation === 'copy' ? first : undefined];
  const [target, from] = await Promise.all(
    places.map(async (text) => (text === undefined ? undefined : knownBy(call, await placeOf(text)))),
  );
  const isSource = operation === 'backup';
  const of = backup === undefined ? { source: isSource ? target?.place : from?.place } : provenFacts(backup);
  const asked: AskedOperation = {
    ...{ operation, now: new Date(), replaces: replaces(operation, target?.exists, options.as === 'replace') },
    ...{ inPlace: options['in-place'] === true, masked: options.mask !== undefined, ...of },
    ...{ target: isSource ? undefined : target?.place, ...askedFacts(askedOf(call)) },
  };
  return { asked, clients: [target, from].flatMap((one) => one?.client ?? []) };
}

const takesBackup: readonly string[] = ['restore', 'verify', 'drill', 'delete', 'unhold'];

function replaces(operation: Operation, exists: boolean | undefined, isAsked: boolean): boolean {
  if (operation === 'undo' || operation === 'release' || operation === 'swap') return true;
  return exists ?? isAsked;
}

async function placeOf(text: string): Promise<DatabaseReference> {
  const { pod } = parseReference(text);
  return databaseReference(pod === undefined ? `${text}/?/?` : text);
}

async function foundBackup(call: Call, named: string): Promise<BackupEntry> {
  const { findBackup } = await import('../../core/catalog/catalog');
  const { formatBackupRef } = await import('../../core/job/request');
  return findBackup(await rootOf(call), formatBackupRef(await backupReference(call, named)));
}

interface Known {
  readonly place: KnownPlace;
  readonly client?: KubeClient;
  readonly exists?: boolean;
}

/** A place as its cluster shows it; where that cannot be asked, by its name. */
async function knownBy(call: Call, reference: DatabaseReference): Promise<Known> {
  const { Places } = await import('../../core/job/plan/places');
  const { lookedUpPlace } = await import('../../core/job/plan/policyQuestion');
  const { signal } = new AbortController();
  const kubeconfigs = kubeconfigsOf(call);
  try {
    const { client, pod, database } = await new Places(kubeconfigs).database(reference, signal);
    const exists = pod.facts.databases.some(({ name }) => name === database);
    return { place: await lookedUpPlace(client, pod, database, signal), client, exists };
  } catch {
    call.terminal.info(safe(`${formatReference(reference)} cannot be looked at: it is judged by its name.`));
  }
  const { readClusters } = await import('../../core/cluster/readClusters');
  const { clusters, problems } = await readClusters({ files: kubeconfigs, env: process.env });
  const cluster = (() => {
    try {
      return findCluster(clusters, reference.cluster, problems);
    } catch {
      return { alias: reference.cluster, server: '', contexts: [] };
    }
  })();
  const { namespace, pod, database } = reference;
  return { place: { cluster, namespace, workload: pod.replace(/-\d+$/, ''), database } };
}

/** What has to do with policies. */
export const policy: readonly Command[] = [check, explain, use];
