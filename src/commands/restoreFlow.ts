import { parseDatabaseReference } from '../core/cluster/reference';
import { parseBackupRef, type JobWork } from '../core/job/request';
import type { AskedOperation } from '../core/policy/rules/decideByPolicy';
import type { RestoreOptions } from '../core/restore/options';
import type { RestorePlan } from '../core/job/plan/planRestore';
import { isOurs, type BackupEntry } from '../core/catalog/manifest';
import type { DatabasePlace } from '../model/places';
import type { ClusterNames } from '../core/policy/protectedPlaces';
import type { Services } from '../services';
import { backupName, sourceName } from '../ui/backupWords';
import { askRestoreOptions } from '../ui/ask/askRestoreOptions';
import { confirmRestore, type Confirmed } from '../ui/ask/confirmRestore';
import { ago } from '../ui/format';
import { provenanceText } from '../words/provenanceWords';
import { looking } from '../ui/looking';
import type { ChosenRules } from '../ui/masking/pickRules';
import { askApproval, type Governed } from '../ui/requests/askApproval';
import { settings } from '../ui/settings';
import { startJobs } from '../ui/startJobs';
import { t } from '../words/language';

/** What is to be restored: a backup, or a database that is copied. */
export type RestoreSource =
  | { readonly kind: 'backup'; readonly operand: string; readonly entry: BackupEntry }
  | { readonly kind: 'database'; readonly place: DatabasePlace; readonly rules?: ChosenRules };

/**
 * Looks at both sides, has it confirmed once, and starts the job; where other options are chosen, it looks again with them. `as`: a database of that name is replaced, or
 * blocks. `chosen`: the options to begin with.
 */
export async function restoreFlow(
  services: Services,
  source: RestoreSource,
  target: DatabasePlace,
  as: 'replace' | 'new' = 'replace',
  chosen: RestoreOptions = {},
): Promise<void> {
  const answer = await confirmed(services, source, target, as, chosen);
  if (!answer) return;
  const { options, isAsked, looked } = answer;
  // where its place is protected, its name was typed
  const isProtected = services.protection.isProtected(target.model.cluster, target.pod.namespace);
  const typed = isProtected && !isAsked ? { confirmed: target.database } : {};
  const work = { ...workOf(source, target, options), ...typed };
  if (!isAsked) return startJobs(services, [work]);
  const { plan, governed } = looked;
  await askApproval(services, governed, work, plan.findings);
}

function workOf(source: RestoreSource, target: DatabasePlace, options: RestoreOptions): JobWork {
  const into = parseDatabaseReference(target.reference);
  if (source.kind === 'backup') {
    const backup = parseBackupRef(source.operand);
    return { kind: 'restore', backup, target: into, options };
  }
  const from = parseDatabaseReference(source.place.reference);
  const mask = source.rules === undefined ? {} : { mask: { rules: source.rules.text } };
  const encrypt = settings.encrypt() ? { encrypt: true } : {};
  const pipeline = settings.pipelineCopies() ? { pipeline: true } : {};
  const more = { compress: settings.compression(), keep: settings.keepCopies(), ...pipeline, ...encrypt, ...mask };
  return { kind: 'copy', source: from, target: into, options: { ...options, ...more } };
}

/** A look at both sides, and what policies are asked about it. */
interface Looked {
  readonly plan: RestorePlan;
  readonly governed: Governed;
}

/** Undefined where it was given up, or something blocks. */
async function confirmed(
  services: Services,
  source: RestoreSource,
  target: DatabasePlace,
  as: 'replace' | 'new',
  begin: RestoreOptions,
): Promise<(Confirmed & { readonly looked: Looked }) | undefined> {
  const gentle = settings.gentle();
  const paced = gentle === undefined ? {} : { gentle };
  const look = async (options: RestoreOptions): Promise<Looked> =>
    looking(target.reference, (signal) => planOf(services, source, target, { ...options, ...paced, as }, signal));
  for (let chosen = begin, looked = await look(chosen); ;) {
    const { plan } = looked;
    const question = { from: fromWords(source), target, plan, chosen: { ...chosen, ...paced } };
    const answer = await confirmRestore(services, question);
    if (answer !== 'options') return answer && { ...answer, looked };
    const other = await askRestoreOptions(t`How ${target.database} is restored`, plan, chosen);
    // the question stays as it was where no other way was chosen
    if (other === undefined) continue;
    chosen = other;
    looked = await look(chosen);
  }
}

/** Both sides are probed anew: what the tree knows may be an hour old. */
async function planOf(
  { protection }: Services,
  source: RestoreSource,
  target: DatabasePlace,
  options: RestoreOptions,
  signal: AbortSignal,
): Promise<Looked> {
  const [{ loginEnd }, { openPod }, { findPoolers }, { askedOfPlan, planRestore }, { policiesInForce }] =
    await Promise.all([
      import('../core/cluster/loginEnd'),
      import('../core/pod/openPod'),
      import('../core/pod/discover/findPoolers'),
      import('../core/job/plan/planRestore'),
      import('../core/policy/policies'),
    ]);
  const clients = [target, ...(source.kind === 'database' ? [source.place] : [])].map(({ model }) => model.client);
  const root = settings.root();
  const [opened, from, poolers, logins, policies] = await Promise.all([
    openPod(target.model.client, target.pod, signal),
    source.kind === 'backup' ? { backup: source.entry } : originOf(source.place),
    findPoolers(target.model.client, target.pod.namespace, signal),
    Promise.all([...new Set(clients)].map((client) => loginEnd(client, signal))),
    policiesInForce(root, [...new Set(clients)], signal),
  ]);
  const environment = environmentOf(target);
  const clusters = clients.map(({ cluster }) => cluster);
  const place = { database: target.database, reference: target.reference, cluster: target.pod.cluster };
  const request = {
    ...{ from, target: opened, options, poolers, logins, clusters, ...place, root, policies },
    ...(environment === undefined ? {} : { environment }),
    protection: {
      // where it says that it comes from is no reason to warn less
      origin: isCertain(source) && protection.isProtected(...placeOf(source)),
      target: protection.isProtected(target.model.cluster, target.pod.namespace),
    },
  };
  const plan = await planRestore(request, signal);
  const asked = {
    ...askedOfPlan(request, plan),
    ...(source.kind === 'database' && source.rules ? { masked: true } : {}),
  };
  const { namespace } = target.pod;
  const sha256 = source.kind === 'backup' ? { sha256: source.entry.manifest.archive.sha256 } : {};
  return {
    plan,
    governed: { asked, policies, clients: [...new Set(clients)], namespace, ...sha256, facts: factsOf(plan, asked) },
  };

  async function originOf(place: DatabasePlace): Promise<Parameters<typeof planRestore>[0]['from']> {
    const pod = await openPod(place.model.client, place.pod, signal);
    const named = environmentOf(place);
    return { pod, database: place.database, ...(named === undefined ? {} : { environment: named }) };
  }
}

/** What those who decide are shown of both sides. */
function factsOf({ from, target, expected }: RestorePlan, { drilled }: AskedOperation): Governed['facts'] {
  const { bytes, lastWrite } = target;
  return {
    source: {
      ...{ what: from.backup === undefined ? t`the database ${from.database}` : t`the backup ${from.backup}` },
      ...{ snapshot: from.snapshot, ...(drilled === undefined ? {} : { drilled: drilled.toISOString() }) },
    },
    ...(target.exists
      ? {
          replaces: {
            ...(bytes === undefined ? {} : { bytes }),
            ...(lastWrite === undefined ? {} : { lastWrite: lastWrite.time }),
          },
        }
      : {}),
    expectedSeconds: Math.ceil(expected.seconds),
  };
}

/** Where it comes from; of a backup as its manifest says, since its cluster may not be known here. */
function placeOf(source: RestoreSource): [ClusterNames, string] {
  if (source.kind === 'database') return [source.place.model.cluster, source.place.pod.namespace];
  const { cluster, server, namespace } = source.entry.manifest.source;
  return [{ alias: cluster, server, contexts: [] }, namespace];
}

function isCertain(source: RestoreSource): boolean {
  return source.kind === 'database' || isOurs(source.entry);
}

function environmentOf({ model, pod }: DatabasePlace): string | undefined {
  return model.contents.environments.get(pod.namespace);
}

function fromWords(source: RestoreSource): string {
  if (source.kind === 'database') {
    const masked = source.rules === undefined ? '' : t`; its rows are masked by ${source.rules.name}`;
    return t`${source.place.reference}, as it is now${masked}`;
  }
  const { manifest } = source.entry;
  const proven = provenanceText(source.entry);
  const whose = proven === '' ? '' : `, ${proven}`;
  return t`the backup of ${backupName(source.entry)} (${ago(manifest.time.snapshot)}), ${sourceName(manifest.source)}${whose}`;
}
