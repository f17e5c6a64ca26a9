import type { RequestEvent } from '../../core/fleet/notify/notifyEvents';
import type { OperationRequest } from '../../core/governance/operationRequest';
import type { RequestPlace } from '../../core/governance/requestPlace';
import { editorHints } from '../hints';
import { t } from '../../words/language';
import { shellWord } from '../../words/shellCommand';
import { showWarningMessage } from '../shown';

/** Who is told need not have an editor */
const command = (named: string): string => t`db-ferry requests ${shellWord(named)}`;

/** Tells people what happened to a request, beside the work of whoever did it: who was not told is said. `isNeeded`: without it the operation does not begin. Never throws. */
export async function tellRequest(
  place: RequestPlace,
  request: OperationRequest,
  events: readonly RequestEvent[],
  isNeeded = false,
): Promise<void> {
  const { tellOfRequest } = await import('../../core/fleet/notify/requestMessages');
  const { requestMessageWords, toldLines } = await import('../../words/requestMessages');
  const told = await tellOfRequest(place, request, events, requestMessageWords(command));
  const { deliveries, problem } = told;
  const isTold = problem === undefined && deliveries.every(({ accepted }) => accepted);
  if (isTold && (!isNeeded || deliveries.some(({ event }) => event === 'planned'))) return;
  const lines = toldLines(told, isNeeded, editorHints);
  if (lines.length > 0) void showWarningMessage(lines.join(' '));
}
