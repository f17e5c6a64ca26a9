import type { Finding } from '../core/base/finding';
import { asRecord, parseJson } from '../core/base/json';
import { clocksOf } from '../core/governance/clocks';
import type { SaidLevel } from '../core/governance/checkGovernance';
import type { FoundRequest } from '../core/governance/gatherRequests';
import { plainFinding } from '../words/findingWords';
import type { Hints } from '../words/hints';
import { t } from '../words/language';
import { clockWords, decisionLines, levelWords, requestDoes, requestRows, stateWords } from '../words/requestWords';
import { escaped, html, Html } from './html';

/** What a page shows of a request: facts first, then what can be done with it now. Everything in it that somebody else wrote is shown as text. Pure. */
export function requestBody(
  { request, now, kept }: FoundRequest,
  {
    level,
    hints,
    actions,
  }: { readonly level: SaidLevel; readonly hints: Hints; readonly actions: Html | readonly Html[] | undefined },
): Html {
  const { spec } = request;
  const title = requestDoes(request);
  const rows = requestRows(request, now).filter(([name]) => name !== t`clock`);
  const decisions = decisionLines(request);
  return html`<h1>${title}</h1>
    <p class="state">
      ${stateWords(request, now)}${spec.emergency ? html` <strong>${t`Emergency`}</strong>` : undefined}
    </p>
    <ul class="clocks">
      ${clocksOf(request, now).map(
        (clock) =>
          html`<li class="${clock.isOver && clock.which !== 'begins' ? 'over' : ''}">${clockWords(clock, now)}</li>`,
      )}
    </ul>
    <div class="actions" role="group" aria-label="${t`What can be done with it`}">${actions}</div>
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
    ${findingsOf(spec.findings ?? [], hints)}
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
}

function findingsOf(findings: NonNullable<FoundRequest['request']['spec']['findings']>, hints: Hints): Html {
  if (findings.length === 0) return html`<p>${t`Nothing was written down of it.`}</p>`;
  const order = ['block', 'warn', 'note'];
  const sorted = [...findings].sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
  return html`<ul>
    ${sorted.slice(0, mostShown).map((finding) => html`<li>${findingText(finding, hints)}</li>`)}
    ${sorted.length > mostShown ? html`<li>${t`${sorted.length - mostShown} more`}</li>` : undefined}
  </ul>`;
}

/** The gravest stand first; whoever asks makes no page endless. */
const mostShown = 50;
const longestFinding = 2000;

/** What comes from a cluster or a root may be of a code, or have data, that is not known here. */
function findingText(
  { code, data, level }: { readonly code: string; readonly data: object; readonly level: string },
  hints: Hints,
): string {
  const left = asRecord(data)?.['leftOut'];
  const more = typeof left === 'number' ? ` (${t`${left} more`})` : '';
  try {
    return `${plainFinding({ level, code, data } as unknown as Finding, hints).slice(0, longestFinding)}${more}`;
  } catch {
    return `${code}${more}`;
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
