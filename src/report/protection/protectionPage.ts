import { missedFindings } from '../../core/fleet/status/objectives';
import type { DayResult, ProtectedDatabase, Protection } from '../../core/fleet/status/protection';
import { count, duration, localTime, size } from '../../words/format';
import { t } from '../../words/language';
import { dayWords, drillWords, statusWords } from '../../words/statusWords';
import { html, page, type Html, type PageLook } from '../html';
import { barPicture, dayPicture, legendPicture, monthPicture } from './pictures';
import { protectionStyle } from './style';

/** What could not be asked. */
export interface PageProblem {
  readonly place: string;
  readonly text: string;
}

/** What differs between a file for a browser and the page in the editor. */
export interface PageFrame extends Pick<PageLook, 'nonce' | 'language'> {
  /** what can be done with all of it, and with one database */
  readonly actions?: Html;
  readonly actionsOf?: (reference: string) => Html | undefined;
}

/**
 * How databases are protected, as one page that needs nothing but itself: no script, nothing from elsewhere. Behind each picture stand its figures: beside bars, and below days as a table that opens. Rows out of sight are laid out when
 * they come into sight, by the browser. Pure.
 */
export function protectionPage(
  protection: Protection,
  problems: readonly PageProblem[],
  { nonce, language, actions, actionsOf }: PageFrame = {},
): string {
  const { databases, now, objectives } = protection;
  const title = t`Protection of ${count(databases.length)} databases`;
  const missed = databases.filter(({ status }) => status.missed).length;
  const body = html`<h1>${t`Protection`}</h1>
    <p class="promise">
      ${localTime(now.toISOString())}.
      ${t`Promised: at most ${objectives.rpoHours} h are lost, a recovery takes at most ${objectives.rtoHours} h, a backup is proven by a restore every ${objectives.drillDays} days.`}
    </p>
    <p class="verdict ${missed > 0 || problems.length > 0 ? 'bad' : ''}">
      <strong>${inOneLine(missed, databases.length, problems.length)}</strong>
    </p>
    ${actions} ${tiles(protection, missed)} ${problemsOf(problems)} ${findingsOf(protection)}
    ${gridOf(protection, actionsOf)} ${storesOf(protection)}`;
  return page(title, body, { style: protectionStyle, nonce, language });
}

/** Promises nothing of what was not asked. */
function inOneLine(missed: number, databases: number, problems: number): string {
  if (missed > 0) return t`${missed} of ${databases} databases are not protected as promised.`;
  if (problems > 0) return t`Not everything could be asked: what is below is not all.`;
  return databases === 0 ? t`No database was found.` : t`Every database is protected as promised.`;
}

function tiles({ databases, objectives, operations, stores, days }: Protection, missed: number): Html {
  const ages = databases.flatMap(({ status }) => status.age ?? []);
  const oldest = ages.length === 0 ? undefined : Math.max(...ages);
  const recoveries = databases.flatMap(({ status }) => status.recovery ?? []);
  const slowest = recoveries.length === 0 ? undefined : Math.max(...recoveries);
  const { done, failed } = operations;
  const rate = done + failed === 0 ? undefined : (100 * done) / (done + failed);
  const costs = stores.flatMap(({ cost }) => cost ?? []);
  const tile = (value: string, text: string, isBad = false): Html =>
    html`<li class="${isBad ? 'bad' : ''}"><b>${value}</b><span>${text}</span></li>`;
  return html`<ul class="tiles" aria-label="${t`In figures`}">
    ${tile(`${databases.length - missed}/${databases.length}`, t`databases as promised`, missed > 0)}
    ${tile(
      oldest === undefined ? t`never` : duration(oldest),
      t`age of the oldest newest backup; at most ${objectives.rpoHours} h`,
      oldest === undefined ? databases.length > 0 : oldest > objectives.rpoHours * 3600,
    )}
    ${tile(
      slowest === undefined ? t`not measured` : duration(slowest),
      t`slowest recovery by drill; at most ${objectives.rtoHours} h`,
      slowest !== undefined && slowest > objectives.rtoHours * 3600,
    )}
    ${tile(
      rate === undefined ? t`none tried` : `${floored(rate)} %`,
      t`backups done in ${days.length} days: ${count(done)} of ${count(done + failed)}; at least 99.5 %`,
      rate !== undefined && rate < 99.5,
    )}
    ${tile(
      size(stores.reduce((sum, { bytes }) => sum + bytes, 0)),
      costs.length === 0
        ? t`stored; no store has a price`
        : t`stored; ${costs.reduce((sum, cost) => sum + cost, 0).toFixed(2)} a month`,
    )}
  </ul>`;
}

/** What is less than promised is never rounded up to it. */
function floored(rate: number): string {
  return (Math.floor(rate * 10) / 10).toFixed(1);
}

function problemsOf(problems: readonly PageProblem[]): Html | undefined {
  if (problems.length === 0) return undefined;
  return html`<h2>${t`What could not be asked`}</h2>
    <ul>
      ${problems.map(({ place, text }) => html`<li>${place}: ${text}</li>`)}
    </ul>`;
}

function findingsOf({ findings }: Protection): Html {
  const words = statusWords();
  return html`<h2 id="findings">${t`Findings`}</h2>
    ${
      findings.length === 0
        ? html`<p>${t`There are none.`}</p>`
        : html`<ul class="findings" aria-labelledby="findings">
            ${findings.map(
              ({ finding, missed, references }) =>
                html`<li class="${missed ? 'missed' : 'met'}">
                  <details>
                    <summary>
                      <span class="count">${count(references.length)}</span> ${words[finding]}
                      <span class="kind">${missed ? t`missed` : t`to know`}</span>
                    </summary>
                    <ul>
                      ${references.map((reference) => html`<li>${reference}</li>`)}
                    </ul>
                  </details>
                </li>`,
            )}
          </ul>`
    }`;
}

function gridOf({ databases, days, objectives }: Protection, actionsOf: PageFrame['actionsOf']): Html {
  const head = (text: string, more?: Html): Html => html`<th scope="col" role="columnheader">${text}${more}</th>`;
  const caption = t`${count(databases.length)} databases, those that are not protected as promised first. A mark in a bar is what is promised.`;
  return html`<h2 id="databases">${t`Databases`}</h2>
    <div class="scroll" role="region" tabindex="0" aria-labelledby="databases">
      <table class="grid" role="table">
        <caption>
          ${caption}
        </caption>
        <thead role="rowgroup">
          <tr role="row">
            ${head(t`Database`)} ${head(t`Last verified backup`)} ${head(t`Recovery`)} ${head(t`Duration of a backup`)}
            ${head(t`Schedule`)} ${head(t`The last ${days.length} days`, monthPicture(days))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${databases.map((one) => rowOf(one, { days, objectives }, actionsOf))}
        </tbody>
      </table>
    </div>
    <ul class="legend" aria-label="${t`Days`}">
      ${(['proved', 'verified', 'failed', 'disproved', 'none'] as const).map(
        (result) => html`<li>${legendPicture(result)} ${dayWords()[result]}</li>`,
      )}
    </ul>`;
}

function rowOf(
  { status, days }: ProtectedDatabase,
  of: Pick<Protection, 'days' | 'objectives'>,
  actionsOf: PageFrame['actionsOf'],
): Html {
  const { reference, bytes, missed, findings, age, lastVerified, recovery, took, lastDrill, drillOutcome } = status;
  const { rpoHours, rtoHours } = of.objectives;
  const { schedule, store, encrypted, window } = status;
  const words = statusWords();
  const said = findings.map(
    (one) => html`<span class="${missedFindings.includes(one) ? 'missed' : ''}">${words[one]}</span>`,
  );
  const facts = [
    missed ? t`missed` : t`met`,
    ...(bytes === undefined ? [] : [size(bytes)]),
    ...(store === undefined ? [] : [store, encrypted === true ? t`encrypted` : t`in clear`]),
  ];
  const proof =
    lastDrill === undefined
      ? t`never drilled`
      : `${drillWords()[drillOutcome ?? 'notProved']}, ${localTime(lastDrill)}`;
  const good = days.filter((day) => day === 'verified' || day === 'proved').length;
  const cell = (inner: Html): Html => html`<td role="cell">${inner}</td>`;
  return html`<tr role="row" class="${missed ? 'missed' : 'met'}">
    <th scope="row" role="rowheader">
      ${reference}<span class="said">${facts.join(' · ')}</span>
      ${said.length === 0 ? undefined : html`<span class="said">${said.flatMap((one, at) => (at === 0 ? [one] : [html`; `, one]))}</span>`}
      ${actionsOf?.(reference)}
    </th>
    ${cell(
      age === undefined || lastVerified === undefined
        ? html`<span class="bad-text">${t`never`}</span>`
        : html`${t`${duration(age)} ago`}${barPicture(age, rpoHours * 3600)}<span class="said"
              >${localTime(lastVerified)}</span
            >`,
    )}
    ${cell(
      html`${recovery === undefined ? html`${t`not measured`}` : html`${duration(recovery)}${barPicture(recovery, rtoHours * 3600)}`}<span
          class="said"
          >${proof}</span
        >`,
    )}
    ${cell(
      took === undefined
        ? html`${t`not known`}`
        : html`${duration(took)}${window === undefined ? undefined : html`${barPicture(took, window)}<span class="said">${t`window ${duration(window)}`}</span>`}`,
    )}
    ${cell(
      schedule === undefined
        ? html`<span class="bad-text">${t`none`}</span>`
        : html`${schedule.at}<span class="said"
              >${schedule.next === undefined ? undefined : t`next ${localTime(schedule.next)}`}</span
            >`,
    )}
    ${cell(
      html`${dayPicture(days)}
        <details class="runs">
          <summary>${t`${good} of ${days.length} days`}</summary>
          <table>
            <thead>
              <tr>
                <th scope="col">${t`From`}</th>
                <th scope="col">${t`To`}</th>
                <th scope="col">${t`Result`}</th>
              </tr>
            </thead>
            <tbody>
              ${runsOf(days).map(
                ({ from, to, result }) =>
                  html`<tr>
                    <td>${of.days[from]}</td>
                    <td>${of.days[to]}</td>
                    <td>${dayWords()[result]}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
        </details>`,
    )}
  </tr>`;
}

/** Days side by side that show the same: what a picture shows, in words, and none left out. Pure. */
export function runsOf(
  days: readonly DayResult[],
): readonly { readonly from: number; readonly to: number; readonly result: DayResult }[] {
  const runs: { from: number; to: number; result: DayResult }[] = [];
  for (const [at, result] of days.entries()) {
    const last = runs.at(-1);
    if (last?.result === result) last.to = at;
    else runs.push({ from: at, to: at, result });
  }
  return runs;
}

function storesOf({ stores }: Protection): Html | undefined {
  if (stores.length === 0) return undefined;
  return html`<h2>${t`What is stored`}</h2>
    <table class="plain">
      <thead>
        <tr>
          <th scope="col">${t`Store`}</th>
          <th scope="col">${t`Backups`}</th>
          <th scope="col">${t`Size`}</th>
          <th scope="col">${t`Cost a month`}</th>
        </tr>
      </thead>
      <tbody>
        ${stores.map(
          ({ store, backups, bytes, cost }) =>
            html`<tr>
              <th scope="row">${store}</th>
              <td>${count(backups)}</td>
              <td>${size(bytes)}</td>
              <td>${cost === undefined ? t`no price is known` : cost.toFixed(2)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
}
