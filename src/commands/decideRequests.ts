import type { Finding } from '../core/base/finding';
import { actionsOn, type FoundRequest } from '../core/governance/gatherRequests';
import type { Services } from '../services';
import { showInformationMessage, showInputBox, showWarningMessage } from '../ui/shown';
import { tellRequest } from '../ui/requests/tellRequest';
import { editorHints } from '../ui/hints';
import { findingWords } from '../words/findingWords';
import { decidedEvent } from '../words/requestMessages';
import { approvalWords, levelWords, requestDoes, requestRows, stateWords } from '../words/requestWords';
import type { Command } from './command';
import { oneRequest } from './requestTargets';
import { t } from '../words/language';

/** Opens the page of a request. */
export const openRequest: Command = {
  id: 'dbFerry.openRequest',
  rowsOf: 'requests',
  async run(services, target) {
    const found = await oneRequest(services, target, {
      ...{ title: 'Show Request', filter: () => true, none: t`There is no request.` },
    });
    if (found) await services.pages.show(found);
  },
};

/** Says yes to a request, in one's own name. */
export const approveRequest: Command = {
  id: 'dbFerry.approveRequest',
  rowsOf: 'requests',
  changes: 'approve',
  run: async (services, target) => decide(services, target, 'approve'),
};

/** Says no to it. */
export const denyRequest: Command = {
  id: 'dbFerry.denyRequest',
  rowsOf: 'requests',
  changes: 'deny',
  run: async (services, target) => decide(services, target, 'deny'),
};

/** Takes one's own request back. */
export const withdrawRequest: Command = {
  id: 'dbFerry.withdrawRequest',
  rowsOf: 'requests',
  changes: 'withdraw',
  async run(services, target) {
    const found = await oneRequest(services, target, {
      ...{ title: 'Withdraw Request', none: t`No request of yours can be withdrawn.` },
      filter: (one) => actionsOn(one).canWithdraw,
    });
    if (!found) return;
    const { name } = found.request.metadata;
    if (!(await confirmed(services, found, 'Withdraw', t`Withdraw this request?`))) return;
    const { withdrawRequest: withdraw } = await import('../core/governance/requestFlow');
    const withdrawn = await withdraw(found.place, name, warnRemains);
    await services.requests.refresh();
    void tellRequest(found.place, withdrawn, ['withdrawn']);
    void showInformationMessage(t`The request ${name} is withdrawn.`);
  },
};

/** Says that one looked at what was done in an emergency. */
export const reviewRequest: Command = {
  id: 'dbFerry.reviewRequest',
  rowsOf: 'requests',
  changes: 'review',
  async run(services, target) {
    const found = await oneRequest(services, target, {
      ...{ title: 'Review', none: t`Nothing waits to be looked at.` },
      filter: (one) => actionsOn(one).canReview,
    });
    if (!found) return;
    const { name } = found.request.metadata;
    if (!(await confirmed(services, found, 'Reviewed', t`Have you looked at what was done?`))) return;
    const reason = await why(t`What did you find?`, true);
    if (reason === undefined) return;
    const { reviewRequest: review } = await import('../core/governance/requestFlow');
    const reviewed = await review(found.place, name, reason, warnRemains);
    await services.requests.refresh();
    void tellRequest(found.place, reviewed, ['reviewed']);
    void showInformationMessage(t`The request ${name} is done: you looked at it.`);
  },
};

function warnRemains(finding: Finding): void {
  void showWarningMessage(findingWords(finding, editorHints));
}

async function decide(services: Services, target: unknown, decision: 'approve' | 'deny'): Promise<void> {
  const [verb, title] = decision === 'approve' ? ['Approve', 'Approve Request'] : ['Deny', 'Deny Request'];
  const can = decision === 'approve' ? 'canApprove' : 'canDeny';
  const found = await oneRequest(services, target, {
    ...{ title, none: t`No request waits for your decision.` },
    filter: (one) => actionsOn(one)[can],
  });
  if (!found) return;
  const { request, place } = found;
  const { name } = request.metadata;
  if (!(await confirmed(services, found, verb, t`${verb} this request?`))) return;
  // a no without a reason helps nobody
  const reason = await why(
    decision === 'approve' ? t`Why is it right? (may be left empty)` : t`Why not?`,
    decision === 'deny',
  );
  if (reason === undefined) return;
  const { decideRequest } = await import('../core/governance/requestFlow');
  const decided = await decideRequest(
    place,
    name,
    decision,
    reason === '' ? undefined : reason,
    request.spec,
    warnRemains,
  );
  await services.requests.refresh();
  void tellRequest(place, decided.request, [decidedEvent(decided.request)]);
  const given =
    decided.right !== undefined
      ? t` ${request.spec.requestedBy} has the right to run it by the RoleBinding ${decided.right}.`
      : decided.unable === true
        ? t` The right to run it could not be given here: nobody is kept from it, or somebody else gives it.`
        : t` Its state: ${stateWords(decided.request, found.now)}, ${approvalWords(decided.request)}.`;
  const words = decision === 'approve' ? 'approved' : 'denied';
  void showInformationMessage(t`You ${words} the request ${name}.${given}`);
}

/** Shows what it is about once more, whoever led here: a row, a page, a link in a mail. */
async function confirmed(services: Services, found: FoundRequest, verb: string, question: string): Promise<boolean> {
  const { request, now } = found;
  const rows = requestRows(request, now).map(([name, value]) => `${name}: ${value}`);
  const level = levelWords()[await services.requests.levelOf(found)];
  const where = found.kept === undefined ? t`the root` : `${found.kept.cluster}/${found.kept.namespace}`;
  const kept = `${t`kept in`}: ${where}`;
  const detail = [requestDoes(request), level, [kept, ...rows].join('\n')].join('\n\n');
  return (await showWarningMessage(question, { modal: true, detail }, verb)) !== undefined;
}

async function why(prompt: string, isRequired: boolean): Promise<string | undefined> {
  const reason = await showInputBox({
    prompt,
    ignoreFocusOut: true,
    ...(isRequired
      ? { validateInput: (text) => (text.trim().length < 3 ? t`A few words, so that others know later` : undefined) }
      : {}),
  });
  return reason?.trim();
}
