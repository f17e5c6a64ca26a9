import { randomBytes } from 'node:crypto';
import { parseJson } from '../../core/base/json';
import type { Finding } from '../../core/base/finding';
import { clocksOf } from '../../core/governance/clocks';
import type { SaidLevel } from '../../core/governance/checkGovernance';
import { actionsOn, type FoundRequest } from '../../core/governance/gatherRequests';
import { escaped, html, Html } from '../../report/html';
import { plainFinding } from '../../words/findingWords';
import { clockWords, decisionLines, levelWords, requestDoes, requestRows, stateWords } from '../../words/requestWords';
import { editorHints } from '../hints';
import { t } from '../../words/language';

/** What a button of the page does: a command of ours, with the request of the page. */
export const pageActions = {
  run: 'dbFerry.runRequest',
  approve: 'dbFerry.approveRequest',
  deny: 'dbFerry.denyRequest',
  review: 'dbFerry.reviewRequest',
  withdraw: 'dbFerry.withdrawRequest',
} as const;

export type PageAction = keyof typeof pageActions;

/** What a page needs beside the request. */
export interface PageFacts {
  readonly level: SaidLevel;
  /** where the editor serves styles from, and the style */
  readonly source: string;
  readonly style: string;
}

/** The page of a request: facts first, then what can be done with it now. Everything in it that somebody else wrote is shown as text; nothing runs in it but the one script that tells which button was pressed. Pure but for its nonce. */
export function requestPage(found: FoundRequest, { level, source, style }: PageFacts): string {
  const { request, now, kept } = found;
  const { spec } = request;
  const nonce = randomBytes(16).toString('hex');
  const policy = `default-src 'none'; style-src ${source}; script-src 'nonce-${nonce}'`;
  const title = requestDoes(request);
  const rows = requestRows(request, now).filter(([name]) => name !== t`clock`);
  const decisions = decisionLines(request);
  const body = html`<h1>${title}</h1>
    <p class="state">
      ${stateWords(request, now)}${spec.emergency ? html` <strong>${t`Emergency`}</strong>` : undefined}
    </p>
    <ul class="clocks">
      ${clocksOf(request, now).map(
        (clock) =>
          html`<li class="${clock.isOver && clock.which !== 'begins' ? 'over' : ''}">${clockWords(clock, now)}</li>`,
      )}
    </ul>
    <div class="actions" role="group" aria-label="${t`What can be done with it`}">${buttonsOf(found)}</div>
    <p class="level">${levelWords()[level]}</p>
    <dl>
      ${rows.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd>`,
      )}
      <dt>${t`kept in`}</dt>
      <dd>${kept === undefined ? t`the root` : `${kept.cluster}/${kept.namespace}`}</dd>
    </dl>
    <h2>${t`Why it is asked for, and what was found`}</h2>
    ${findingsOf(found)}
    <h2>${t`Decisions`}</h2>
    ${
      decisions.length === 0
        ? html`<p>${t`Nobody has decided yet.`}</p>`
        : html`<ul>
            ${decisions.map((line) => html`<li>${line}</li>`)}
          </ul>`
    }
    <h2>${t`Exactly what is done`}</h2>
    <p>${t`Its SHA-256 is what is approved: the job compares it, and does nothing else.`}</p>
    <pre tabindex="0">${workOf(spec.work)}</pre>`;
  return `<!DOCTYPE html>
${
  html`<html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content="${policy}" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <link rel="stylesheet" href="${style}" />
      <title>${title}</title>
    </head>
    <body>
      <main>${body}</main>
      <script nonce="${nonce}">
        ${new Html(script)};
      </script>
    </body>
  </html>`.text
}
`;
}

/** Tells which button was pressed, and nothing else. */
// eslint-disable-next-line no-restricted-syntax -- a script of the page
const script = `const editor = acquireVsCodeApi();
document.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest('button[data-do]') : null;
  if (button) editor.postMessage({ do: button.dataset.do });
})`;

/** The action of a message from the page; undefined for what is none. Pure. */
export function actionOf(message: unknown): PageAction | undefined {
  const named: unknown = typeof message === 'object' && message !== null && 'do' in message ? message.do : undefined;
  return typeof named === 'string' && Object.hasOwn(pageActions, named) ? (named as PageAction) : undefined;
}

function buttonsOf(found: FoundRequest): readonly Html[] {
  const { canApprove, canDeny, canReview, canRun, canWithdraw } = actionsOn(found);
  const all: readonly (readonly [PageAction, string, boolean])[] = [
    ['run', 'Run…', canRun],
    ['approve', 'Approve…', canApprove],
    ['deny', 'Deny…', canDeny],
    ['review', 'Review…', canReview],
    ['withdraw', 'Withdraw…', canWithdraw],
  ];
  return all
    .filter(([, , can]) => can)
    .map(([action, label]) => html`<button type="button" data-do="${action}">${label}</button>`);
}

function findingsOf({ request: { spec } }: FoundRequest): Html {
  const { findings = [] } = spec;
  if (findings.length === 0) return html`<p>${t`Nothing was written down of it.`}</p>`;
  const order = ['block', 'warn', 'note'];
  const sorted = [...findings].sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
  return html`<ul>
    ${sorted.map((finding) => html`<li>${findingText(finding)}</li>`)}
  </ul>`;
}

/** What comes from a cluster or a root may be of a code, or have data, that is not known here. */
function findingText({
  code,
  data,
  level,
}: {
  readonly code: string;
  readonly data: object;
  readonly level: string;
}): string {
  try {
    return plainFinding({ level, code, data } as unknown as Finding, editorHints);
  } catch {
    return code;
  }
}

function workOf(text: string | undefined): Html {
  if (text === undefined) return html`${t`It does not say.`}`;
  return new Html(pretty(text).split('\n').map(escaped).join('\n'));
}

function pretty(text: string): string {
  const value = parseJson(text);
  return value === undefined ? text : JSON.stringify(value, undefined, 2);
}
