import { AppError } from '../core/base/errors';
import { isBlocked } from '../core/base/finding';
import type { RequestOf } from '../core/job/request';
import type { KeptPlan } from '../core/job/plan/planKept';
import type { JudgedDatabase } from '../core/restore/side/sideDatabase';
import { findingWords } from '../words/findingWords';
import { safe } from '../words/format';
import { keptLine, type KeptFacts } from '../words/keptWords';
import type { Call } from './command';
import { cliHints } from './hints';
import { runAsJob } from './runAsJob';

/**
 * Shows what an undo or a release would do, has it confirmed by the database's name, and does it. With --yes it is done at once, but only with what is proven; with
 * --confirm the kept database of that name is meant, whoever made it; with --plan nothing changes. Throws `usage`, `cancelled`, and what the plan throws.
 */
export async function confirmKept(call: Call, request: KeptRequest): Promise<number> {
  const { options, terminal } = call;
  const [named, ...more] = options.confirm ?? [];
  if (more.length > 0) throw new AppError('usage', { message: '--confirm names one kept database.' });
  if (options.plan !== true && named === undefined) {
    if (options.yes === true) return runAsJob(request, call);
    if (!terminal.isInteractive) {
      const message = `${verbs[request.kind]} has to be confirmed, and nobody is there to be asked. A script says --yes.`;
      throw new AppError('usage', { message });
    }
  }
  const { planKept } = await import('../core/job/plan/planKept');
  const plan = await planKept(request, new AbortController().signal, named);
  show(call, request, plan);
  if (options.plan === true) return isBlocked(plan.findings) ? 4 : 0;
  const confirmed = named ?? (await ask(call, plan));
  const only = plan.kept.map(({ row: { name, oid }, proof }) => ({ name, oid, confirmed: proof.how === 'claim' }));
  return runAsJob({ ...request, confirmed, options: { ...request.options, only } }, call);
}

type KeptRequest = RequestOf<'undo' | 'release'>;

const verbs: Readonly<Record<KeptRequest['kind'], string>> = {
  undo: 'Putting back what a restore replaced',
  release: 'Dropping what restores kept',
};

function show({ options, terminal }: Call, { kind }: KeptRequest, plan: KeptPlan): void {
  const kept = plan.kept.map((one) => factsOf(one, plan));
  const claims = plan.claims.map((one) => factsOf(one, plan));
  const blocked = isBlocked(plan.findings);
  if (options.plan === true) {
    const { reference, replaces, findings, slots } = plan;
    terminal.event({ type: 'plan', kind, reference, kept, claims, replaces, findings, slots });
    const outcome = blocked ? 'refused' : 'done';
    terminal.event({ type: 'result', outcome, exitCode: blocked ? 4 : 0, data: { planned: true } });
  }
  // asked for, a plan is what is printed; else it is what one reads before one answers
  const say = (text: string): void => (options.plan === true ? terminal.line(safe(text)) : terminal.error(safe(text)));
  say(kind === 'undo' ? `Undo puts back, as ${plan.reference}:` : `Release drops what is kept for ${plan.reference}:`);
  for (const one of kept) say(`  ${keptLine(one)}`);
  if (kind === 'undo') {
    say(
      plan.replaces ? 'What is there now is kept, closed: an undo can be undone.' : 'Nothing answers to the name now.',
    );
  } else {
    for (const { name, database, active } of plan.slots) {
      say(`  the replication slot ${name} of ${database} goes with it${active ? ', which is in use' : ''}`);
    }
    say('After this the restore cannot be undone.');
  }
  if (claims.length > 0) say('Left alone, since nothing proves what it says:');
  for (const one of claims) say(`  ${keptLine(one)}`);
  for (const finding of plan.findings) say(findingWords(finding, cliHints));
}

/** The name that was typed. Throws `cancelled` for any other name than that of the live database, or of the kept one where it only claims to be that. */
async function ask({ terminal }: Call, { kept, database }: KeptPlan): Promise<string> {
  const claim = kept.find(({ proof }) => proof.how === 'claim');
  const name = claim?.row.name ?? database;
  const typed = await terminal.ask(`Type the name of the database (${safe(name)}) to go on: `);
  if (typed !== name) throw new AppError('cancelled');
  return typed;
}

function factsOf({ row, mark, proof }: JudgedDatabase, { made }: KeptPlan): KeptFacts {
  const when = made.get(row.oid);
  return {
    ...{ name: row.name, owner: row.owner, job: mark.job, time: mark.time, proof },
    ...(row.bytes === undefined ? {} : { bytes: row.bytes }),
    ...(when === undefined ? {} : { made: when }),
  };
}
