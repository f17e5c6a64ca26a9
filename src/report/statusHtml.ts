import { missedFindings, type DatabaseStatus, type Objectives } from '../core/fleet/status/objectives';
import { duration, localTime, size } from '../words/format';
import { statusWords } from '../words/statusWords';

/** What could not be asked. */
export interface HtmlProblem {
  readonly place: string;
  readonly text: string;
}

/**
 * The status as one page that needs nothing but itself: no script, no picture, nothing from elsewhere; a table with a caption and headings of rows and columns, and every state in words beside its colour. Pure.
 */
export function statusHtml(
  rows: readonly DatabaseStatus[],
  {
    problems,
    objectives,
    now,
  }: { readonly problems: readonly HtmlProblem[]; readonly objectives: Objectives; readonly now: Date },
): string {
  const missed = rows.filter((row) => row.missed).length;
  const head = ['Database', 'State', 'Last verified backup', 'Last drill', 'Recovery', 'Schedule', 'Store', 'Findings'];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Protection of ${rows.length} databases</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem; color: CanvasText; background: Canvas; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: bold; padding: 0.5rem 0; }
th, td { border: 1px solid GrayText; padding: 0.4rem 0.6rem; text-align: left; vertical-align: top; }
tr.missed th[scope=row] { border-left: 0.5rem solid #b00020; }
ul { margin: 0; padding-left: 1.2rem; }
</style>
</head>
<body>
<main>
<h1>Protection</h1>
<p>${escaped(localTime(now.toISOString()))}. Promised: at most ${objectives.rpoHours} h are lost, a recovery takes at most ${objectives.rtoHours} h, a backup is proven by a restore every ${objectives.drillDays} days.</p>
<p><strong>${inOneLine(missed, rows.length, problems.length)}</strong></p>
${problems.length === 0 ? '' : `<h2>What could not be asked</h2>\n<ul>\n${problems.map(({ place, text }) => `<li>${escaped(place)}: ${escaped(text)}</li>`).join('\n')}\n</ul>`}
<table>
<caption>${rows.length} databases, those that are not protected as promised first</caption>
<thead><tr>${head.map((one) => `<th scope="col">${one}</th>`).join('')}</tr></thead>
<tbody>
${rows.map(rowHtml).join('\n')}
</tbody>
</table>
</main>
</body>
</html>
`;
}

/** Promises nothing of what was not asked. */
function inOneLine(missed: number, databases: number, problems: number): string {
  if (missed > 0) return `${missed} of ${databases} databases are not protected as promised.`;
  if (problems > 0) return 'Not everything could be asked: what is below is not all.';
  return databases === 0 ? 'No database was found.' : 'Every database is protected as promised.';
}

function rowHtml(row: DatabaseStatus): string {
  const { reference, lastVerified, age, store, encrypted, lastDrill, drillOutcome, recovery, schedule, findings } = row;
  const cells = [
    row.missed ? 'missed' : 'met',
    lastVerified === undefined ? 'never' : `${localTime(lastVerified)}, ${duration(age ?? 0)} ago`,
    lastDrill === undefined ? 'never' : `${drillWords[drillOutcome ?? 'notProved']}, ${localTime(lastDrill)}`,
    recovery === undefined ? 'not measured' : duration(recovery),
    schedule === undefined
      ? 'none'
      : `${schedule.at}${schedule.next === undefined ? '' : `, next ${localTime(schedule.next)}`}`,
    store === undefined ? '' : `${store}${encrypted === true ? ', encrypted' : ', in clear'}`,
  ];
  const list = findings.map((finding) => {
    const text = escaped(statusWords()[finding]);
    return `<li>${missedFindings.includes(finding) ? `<strong>${text}</strong>` : text}</li>`;
  });
  const bytes = row.bytes === undefined ? '' : ` (${size(row.bytes)})`;
  return `<tr class="${row.missed ? 'missed' : 'met'}"><th scope="row">${escaped(reference + bytes)}</th>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}<td>${list.length === 0 ? 'none' : `<ul>${list.join('')}</ul>`}</td></tr>`;
}

const drillWords = { proved: 'proved', notProved: 'not proved', disproved: 'DISPROVED' } as const;

/** Text as HTML shows it: nothing in it is markup. */
function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
