import { randomBytes } from 'node:crypto';
import type { SaidLevel } from '../../core/governance/checkGovernance';
import { actionsOn, type FoundRequest } from '../../core/governance/gatherRequests';
import { html, Html } from '../../report/html';
import { requestBody } from '../../report/requestBody';
import { requestDoes } from '../../words/requestWords';
import { editorHints } from '../hints';

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
  const { request } = found;
  const nonce = randomBytes(16).toString('hex');
  const policy = `default-src 'none'; style-src ${source}; script-src 'nonce-${nonce}'`;
  const title = requestDoes(request);
  const body = requestBody(found, { level, hints: editorHints, actions: buttonsOf(found) });
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
