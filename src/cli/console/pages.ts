import type { AppError } from '../../core/base/errors';
import type { SaidLevel } from '../../core/governance/checkGovernance';
import {
  actionsOn,
  isClosed,
  waitingFor,
  type FoundRequest,
  type GatheredRequests,
} from '../../core/governance/gatherRequests';
import { html, Html } from '../../report/html';
import { requestBody } from '../../report/requestBody';
import { runningText, wordsFor } from '../../words/errorWords';
import { localTime, safe } from '../../words/format';
import { historyOf, type HistoryLine } from '../../words/historyWords';
import { t } from '../../words/language';
import { approvalWords, requestDoes, stateWords } from '../../words/requestWords';
import { cliHints } from '../hints';

/** Who looks at a page, and where it stands. */
export interface Frame {
  readonly language: 'en' | 'de';
  readonly me?: string | undefined;
  readonly cluster: string;
  readonly here?: 'requests' | 'history' | 'fleet';
}

/** A page that loads one style and runs nothing. Pure. */
export function frame({ language, me, cluster, here }: Frame, title: string, body: Html): string {
  const links = [
    ['requests', '/', t`Requests`],
    ['history', '/history', t`Who did what`],
    ['fleet', '/fleet', t`Schedules`],
  ] as const;
  return `<!doctype html>
${
  html`<html lang="${language}">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <link rel="stylesheet" href="/style.css" />
      <title>${title} · DB Ferry</title>
    </head>
    <body>
      <a class="skip" href="#main">${t`To the content`}</a>
      <header>
        <p class="brand">DB Ferry <span>${cluster}</span></p>
        <nav aria-label="${t`Pages`}">
          ${links.map(
            ([name, to, label]) =>
              html`<a href="${to}" ${name === here ? new Html('aria-current="page"') : undefined}>${label}</a> `,
          )}
        </nav>
        ${me === undefined ? undefined : html`<p class="who">${t`You are ${me}`}</p>`}
      </header>
      <main id="main">${body}</main>
      <footer><p>${t`Times are those of ${zone()}.`}</p></footer>
    </body>
  </html>`.text
}
`;
}

function zone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** All requests that can be seen; what waits for who looks stands first. Pure. */
export function requestList(gathered: GatheredRequests): Html {
  const waiting = waitingFor(gathered);
  const others = gathered.requests.filter((one) => !waiting.includes(one));
  const closed = others.filter(isClosed);
  const open = others.filter((one) => !closed.includes(one));
  return html`<h1>${t`Requests`}</h1>
    ${problemsOf(gathered.problems)}
    <h2>${t`Waiting for you`} (${waiting.length})</h2>
    ${waiting.length === 0 ? html`<p>${t`Nothing waits for you.`}</p>` : cards(waiting)}
    <h2>${t`Open`} (${open.length})</h2>
    ${open.length === 0 ? html`<p>${t`None.`}</p>` : cards(open)}
    <h2>${t`Closed`} (${closed.length})</h2>
    ${closed.length === 0 ? html`<p>${t`None.`}</p>` : cards(closed.slice(0, mostClosed))}`;
}

const mostClosed = 100;

const mostProblems = 50;

/** A problem is told beside what there is. Pure. */
function problemsOf(problems: GatheredRequests['problems']): Html | undefined {
  if (problems.length === 0) return undefined;
  return html`<div class="message bad" role="alert">
    <p>${t`Not everything could be read: what is below is not all.`}</p>
    ${problems.slice(0, mostProblems).map(({ error }) => html`<p>${errorText(error)}</p>`)}
    ${problems.length > mostProblems ? html`<p>${t`${problems.length - mostProblems} more cannot be read`}</p>` : undefined}
  </div>`;
}

function cards(requests: readonly FoundRequest[]): Html {
  return html`<ul class="cards">
    ${requests.map(({ request, now, kept }) => {
      const { metadata, spec } = request;
      const where = kept === undefined ? '' : `${kept.namespace}/`;
      return html`<li>
        <a href="${addressOf(kept, metadata.name)}">${requestDoes(request)}</a>
        ${spec.emergency ? html`<strong class="tag">${t`Emergency`}</strong>` : undefined}
        <p>${stateWords(request, now)} · ${approvalWords(request)}</p>
        <p class="small">
          ${t`asked by ${spec.requestedBy}`}, ${localTime(metadata.creationTimestamp)} · ${where}${metadata.name}
        </p>
      </li>`;
    })}
  </ul>`;
}

/** Where the page of a request is. Pure. */
export function addressOf(kept: FoundRequest['kept'], name: string): string {
  // as messages have it
  return `/${['requests', kept?.cluster ?? '', kept?.namespace ?? '', name].map(encodeURIComponent).join('/')}`;
}

/** What was said of a form that was sent. */
export interface Said {
  readonly done?: 'approve' | 'deny' | 'review';
  readonly error?: Html | undefined;
  readonly reason?: string;
}

/** One request with all that the editor shows of it, and the form by which it is decided. Pure. */
export function requestPageOf(found: FoundRequest, level: SaidLevel, mark: string, said: Said): Html {
  const done = said.done === undefined ? undefined : doneWords()[said.done];
  return html`${done === undefined ? undefined : html`<p class="message good" role="status">${done}</p>`}
    ${said.error === undefined ? undefined : html`<div class="message bad" role="alert">${said.error}</div>`}
    ${requestBody(found, { level, hints: cliHints, actions: html`<a href="#decide">${t`To the decision`}</a>` })}
    <h2 id="decide">${t`Your decision`}</h2>
    ${formOf(found, mark, said.reason ?? '')}
    <p><a href="/">${t`All requests`}</a></p>`;
}

const doneWords = (): Readonly<Record<NonNullable<Said['done']>, string>> => ({
  approve: t`You approved it.`,
  deny: t`You denied it.`,
  review: t`You looked at it, and that is written down.`,
});

function formOf(found: FoundRequest, mark: string, reason: string): Html {
  const { canApprove, canDeny, canReview } = actionsOn(found);
  if (!canApprove && !canDeny && !canReview) return html`<p>${t`There is nothing here for you to decide.`}</p>`;
  const button = (can: boolean, value: string, label: string): Html | undefined =>
    can ? html`<button type="submit" name="decision" value="${value}" class="${value}">${label}</button>` : undefined;
  const { kept, request } = found;
  return html`<form method="post" action="${addressOf(kept, request.metadata.name)}" autocomplete="off">
    <input type="hidden" name="mark" value="${mark}" />
    <label for="reason">${t`Why? It is written down with your name, and cannot be changed.`}</label>
    <textarea id="reason" name="reason" required minlength="3" maxlength="2000" rows="3">${reason}</textarea>
    <div class="buttons">
      ${button(canApprove, 'approve', t`Approve`)} ${button(canDeny, 'deny', t`Deny`)}
      ${button(canReview, 'review', t`I looked at it`)}
    </div>
  </form>`;
}

/** Who did what, newest first. Pure. */
export function historyPage(gathered: GatheredRequests): Html {
  const lines = gathered.requests
    .flatMap(({ request, kept }) => historyOf(request).map((line) => ({ ...line, name: request.metadata.name, kept })))
    .sort((a, b) => (a.at < b.at ? 1 : -1))
    .slice(0, mostLines);
  return html`<h1>${t`Who did what`}</h1>
    <p>
      ${t`As the cluster keeps it, of the requests that you may see. The audit trail of the jobs stands on its own: audit verify and audit export read it.`}
    </p>
    ${problemsOf(gathered.problems)}
    ${
      lines.length === 0
        ? html`<p>${t`None.`}</p>`
        : html`<ol class="history">
            ${lines.map(historyLine)}
          </ol>`
    }`;
}

const mostLines = 500;

function historyLine({ at, text, name, kept }: HistoryLine & { name: string; kept: FoundRequest['kept'] }): Html {
  return html`<li>
    <time datetime="${at}">${localTime(at)}</time>
    <span>${text}</span>
    <a href="${addressOf(kept, name)}">${name}</a>
  </li>`;
}

/** A page that says why there is none. Pure. */
export function refusalPage(title: string, text: string): Html {
  return html`<h1>${title}</h1>
    <p>${text}</p>
    <p><a href="/">${t`All requests`}</a></p>`;
}

/** What is wrong, as people are told. Pure. */
export function errorText({ code, data }: AppError): string {
  return safe(runningText(wordsFor(code, data, cliHints)));
}
