import { AppError } from '../core/base/errors';
import { defined } from '../core/base/defined';
import { isBlocked } from '../core/base/finding';
import type { RequestOf } from '../core/job/request';
import { findingWords } from '../words/findingWords';
import { safe } from '../words/format';
import { preparedLines } from '../words/preparedWords';
import type { Call } from './command';
import { cliHints } from './hints';
import { runAsJob } from './runAsJob';

/**
 * Shows what a swap would do and meet, has it confirmed by the database's name where one is replaced, and does it. With --yes it is done at once; with --plan nothing changes.
 * Throws `usage`, `cancelled`, and what the plan throws.
 */
export async function confirmSwap(call: Call, request: RequestOf<'swap'>): Promise<number> {
  const { options, terminal } = call;
  const [named] = options.confirm ?? [];
  const asked = { ...request, ...defined({ confirmed: named }) };
  mustAnswer(call, 'Swapping what was prepared', named !== undefined);
  if (options.plan !== true && (options.yes === true || named !== undefined)) return runAsJob(asked, call);
  const { planSwapJob } = await import('../core/job/plan/planPrepared');
  const plan = await planSwapJob(request, new AbortController().signal);
  const { reference, database, replaces, findings } = plan;
  const blocked = isBlocked(findings);
  if (options.plan === true) {
    terminal.event({
      type: 'plan',
      kind: 'swap',
      reference,
      replaces,
      findings,
      side: plan.side,
      prepared: plan.facts,
    });
    terminal.event({
      type: 'result',
      outcome: blocked ? 'refused' : 'done',
      exitCode: blocked ? 4 : 0,
      data: { planned: true },
    });
  }
  const say = (text: string): void => (options.plan === true ? terminal.line(safe(text)) : terminal.error(safe(text)));
  for (const line of preparedLines(plan)) say(line);
  for (const finding of findings) say(findingWords(finding, cliHints));
  if (options.plan === true) return blocked ? 4 : 0;
  if (blocked) throw new AppError('restore.refused', { findings });
  if (!replaces) return runAsJob(asked, call);
  const typed = await terminal.ask(`Type the name of the database (${safe(database)}) to go on: `);
  if (typed !== database) throw new AppError('cancelled');
  return runAsJob({ ...request, confirmed: typed }, call);
}

/** The same of a discard, which touches nothing live: a yes is enough. */
export async function confirmDiscard(call: Call, request: RequestOf<'discard'>): Promise<number> {
  const { options, terminal } = call;
  mustAnswer(call, 'Dropping what was prepared', false);
  if (options.plan !== true && options.yes === true) return runAsJob(request, call);
  const { planDiscardJob } = await import('../core/job/plan/planPrepared');
  const plan = await planDiscardJob(request, new AbortController().signal);
  const { reference, database } = plan;
  if (options.plan === true) {
    terminal.event({ type: 'plan', kind: 'discard', reference, side: plan.side, prepared: plan.facts });
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { planned: true } });
  }
  const say = (text: string): void => (options.plan === true ? terminal.line(safe(text)) : terminal.error(safe(text)));
  for (const line of preparedLines(plan)) say(line);
  if (options.plan === true) return 0;
  const typed = await terminal.ask(
    `Type the name of the database (${safe(database)}) to drop what was prepared for it: `,
  );
  if (typed !== database) throw new AppError('cancelled');
  return runAsJob(request, call);
}

/** Throws `usage` where somebody has to be asked and nobody is there. */
function mustAnswer({ options, terminal }: Call, what: string, isNamed: boolean): void {
  if (options.plan === true || options.yes === true || isNamed || terminal.isInteractive) return;
  throw new AppError('usage', {
    message: `${what} has to be confirmed, and nobody is there to be asked. A script says --yes.`,
  });
}
