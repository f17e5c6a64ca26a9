import { defined } from '../../core/base/defined';
import type { RequestOf } from '../../core/job/request';
import { claimWords, leftWords } from '../../words/cleanWords';
import { runningText, wordsFor } from '../../words/errorWords';
import { safe } from '../../words/format';
import type { Call, Command } from '../command';
import { findingWords } from '../../words/findingWords';
import { cliHints } from '../hints';
import { jobOrPod } from '../operands';
import { runnerFlags } from '../inCluster';
import { requestOf } from '../setting';

/** Removes what interrupted jobs left. */
export const clean: Command = {
  name: 'clean',
  summary: 'remove what interrupted jobs left, here and in the targets',
  examples: [
    'db-ferry clean',
    'db-ferry clean t3kq0v1x9z',
    'db-ferry clean test/shop/pg16-0',
    'db-ferry clean t3kq0v1x9z --forget',
    'db-ferry clean test/shop/pg16-0 --plan',
  ],
  operands: [{ name: 'job | pod ref', takes: ['job', 'pod'], optional: true }],
  options: ['forget', 'confirm', 'plan', ...runnerFlags],
  async run(call) {
    const of = await jobOrPod(call);
    const forget = call.options.forget === true;
    const only = (call.options.confirm ?? []).map((name) => ({ name, confirmed: true }));
    const options = { ...(forget ? { forget } : {}), ...(only.length === 0 ? {} : { only }) };
    const request = await requestOf(call, { kind: 'clean', ...defined({ of }), options });
    if (call.options.plan === true) return showPlan(call, request);
    const { runAsJob } = await import('../runAsJob');
    return runAsJob(request, call);
  },
};

/** What it would remove, here and there. Changes nothing. */
async function showPlan({ terminal }: Call, { root, of, kubeconfigs }: RequestOf<'clean'>): Promise<number> {
  const { planClean } = await import('../../core/job/plan/planClean');
  const asked = { root, kubeconfigs, ...defined({ of }) };
  const { jobs, removes, claims, findings, notReached } = await planClean(asked, new AbortController().signal);
  const unreached = notReached.map(({ reference, error: { code, data } }) => ({ reference, error: { code, data } }));
  terminal.event({ type: 'plan', kind: 'clean', jobs, removes, claims, findings, notReached: unreached });
  terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { planned: true } });
  for (const finding of findings) terminal.line(safe(findingWords(finding, cliHints)));
  if (removes.length + claims.length + unreached.length === 0) terminal.line('There is nothing to clean up.');
  for (const one of removes) terminal.line(safe(`would remove ${leftWords(one)}`));
  for (const one of claims)
    terminal.line(safe(`would leave alone, since nothing proves what it says: ${claimWords(one)}`));
  for (const { reference, error } of unreached) {
    terminal.line(safe(`cannot see ${reference}: ${runningText(wordsFor(error.code, error.data, cliHints))}`));
  }
  return 0;
}
