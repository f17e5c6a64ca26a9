import type { AuditRecord } from '../core/audit/record';
import type { Verification } from '../core/audit/verifyTrail';
import { anchorText } from '../core/audit/checkpoint';
import { count, localTime } from '../words/format';
import { damageWords } from '../words/auditWords';
import { html, page, table } from './html';

/** What an auditor asks of a trail, as one page: what was restored and who approved it, restore tests, what failed and what followed, what was deleted, and whether the trail is whole. Pure. */
export function auditPack(
  records: readonly AuditRecord[],
  verification: Verification,
  { from, to }: { readonly from: string; readonly to: string },
): string {
  const outcomes = records.filter(({ type }) => type.endsWith('.outcome'));
  const of = (...kinds: readonly string[]): AuditRecord[] =>
    outcomes.filter(({ type }) => kinds.includes(type.slice(0, -'.outcome'.length)));
  const failed = outcomes.filter(
    ({ outcome }) => outcome === 'failed' || outcome === 'unknown' || outcome === 'cancelled',
  );
  const { damages, anchors, anchored, size, open, quiet } = verification;
  const newest = anchors.at(-1);
  return page(
    `Audit, ${from} to ${to}`,
    html`<h1>What DB Ferry did, ${from} to ${to}</h1>
      <p>
        ${count(records.length)} records of the trail ${verification.trail ?? '(none)'}.
        ${damages.length === 0 ? 'The trail is continuous.' : html`<strong>The trail is damaged: ${count(damages.length)} findings, below.</strong>`}
        ${newest === undefined ? 'No anchor holds it.' : `Of ${count(size)} records the first ${count(anchored)} are held by anchors; the newest is of ${localTime(newest.time)}.`}
      </p>
      <h2>What was restored, and who approved it</h2>
      ${table(
        ['time', 'what', 'target', 'backup', 'by', 'reason', 'approved', 'outcome'],
        of('restore', 'copy', 'swap', 'undo').map((one) => [
          ...[localTime(one.time), kindOf(one), one.target, one.backup?.id, one.actor.user],
          ...[one.request?.reason, one.request?.approval, one.outcome],
        ]),
      )}
      <h2>Restore tests</h2>
      ${table(
        ['time', 'backup', 'where', 'by', 'outcome'],
        of('verify', 'drill').map((one) => [
          ...[localTime(one.time), one.backup?.id, one.target, one.actor.user, one.outcome],
        ]),
      )}
      <h2>What failed, and what followed</h2>
      ${table(
        ['time', 'what', 'target', 'by', 'error', 'followed by'],
        failed.map((one) => [
          ...[localTime(one.time), kindOf(one), one.target, one.actor.user, errorOf(one), followed(one, outcomes)],
        ]),
      )}
      <h2>What was deleted or let go</h2>
      ${table(
        ['time', 'what', 'backup or target', 'by', 'reason', 'outcome'],
        of('delete', 'retain', 'release', 'discard', 'clean', 'unhold', 'unprotect', 'keys remove').map((one) => [
          ...[
            localTime(one.time),
            kindOf(one),
            one.backup?.id ?? one.target,
            one.actor.user,
            one.request?.reason,
            one.outcome,
          ],
        ]),
      )}
      <h2>Intended, and no outcome was written</h2>
      ${table(
        ['time', 'what', 'target', 'by', 'job'],
        open.map((one) => [...[localTime(one.time), kindOf(one), one.target, one.actor.user, one.request?.job]]),
      )}
      <h2>Whether the trail is whole</h2>
      ${table(['finding'], [...damages.map((damage) => [damageWords(damage)]), ...quiet.map(({ after, hours }) => [`nothing was written for ${Math.round(hours)} h after record ${after}`])])}
      ${
        newest === undefined
          ? undefined
          : html`<p>The newest anchor that holds:</p>
              <p><code>${anchorText(newest)}</code></p>`
      } `,
  );
}

function kindOf({ type }: AuditRecord): string {
  return type.replace(/\.(intent|outcome)$/, '');
}

function errorOf({ details, outcome }: AuditRecord): string {
  const error = details?.['error'];
  return typeof error === 'string' ? error : (outcome ?? '');
}

/** The next thing that was done to the same target. */
function followed({ seq, target }: AuditRecord, outcomes: readonly AuditRecord[]): string {
  const next = target === undefined ? undefined : outcomes.find((one) => one.seq > seq && one.target === target);
  return next ? `${kindOf(next)}: ${next.outcome ?? ''} (${localTime(next.time)})` : 'nothing';
}
