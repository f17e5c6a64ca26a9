import type { OperationRequest } from '../core/governance/operationRequest';
import { safe } from './format';
import { t } from './language';
import { requestDoes } from './requestWords';

/** Something that happened to a request. */
export interface HistoryLine {
  /** UTC ISO 8601 */
  readonly at: string;
  readonly text: string;
}

/** What the cluster knows of who did what, in no order. Pure. */
export function historyOf(request: OperationRequest): readonly HistoryLine[] {
  const { metadata, spec, status } = request;
  const why = (reason: string | undefined): string => (reason === undefined ? '' : `: ${reason}`);
  const lines: readonly (HistoryLine | undefined)[] = [
    {
      at: metadata.creationTimestamp,
      text: t`${spec.requestedBy} asked for ${requestDoes(request)}${why(spec.reason)}`,
    },
    ...status.approvals.map(({ by, decision, at, reason }) => ({
      at,
      text: decision === 'approve' ? t`${by} approved it${why(reason)}` : t`${by} denied it${why(reason)}`,
    })),
    status.review && { at: status.review.at, text: t`${status.review.by} looked at it${why(status.review.reason)}` },
    status.run?.began === undefined ? undefined : { at: status.run.began, text: t`it began` },
    status.run?.ended === undefined ? undefined : { at: status.run.ended, text: t`it ended` },
    ...(status.notices ?? []).map(({ at, event, channel, state }) => ({
      at,
      text: state === 'accepted' ? t`${channel} was told: ${event}` : t`${channel} was NOT told yet: ${event}`,
    })),
  ];
  return lines.flatMap((line) => (line === undefined ? [] : [{ ...line, text: safe(line.text).slice(0, 1000) }]));
}
