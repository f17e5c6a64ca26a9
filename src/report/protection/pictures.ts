import type { DayResult } from '../../core/fleet/status/protection';
import type { Html } from '../html';
import { html } from '../html';

/** Of one day in a row of days; what it shows is told by its form, and once more by its colour. */
const cell = { width: 6, height: 18, gap: 1 } as const;

const forms: Readonly<Record<DayResult, { readonly top: number; readonly bottom: number }>> = {
  proved: { top: 0, bottom: 18 },
  disproved: { top: 0, bottom: 18 },
  verified: { top: 6, bottom: 18 },
  failed: { top: 10, bottom: 18 },
  none: { top: 16, bottom: 18 },
};

/** Days as columns: one path for each result that there is. Nobody hears it: its table stands beside it. Pure. */
export function dayPicture(days: readonly DayResult[]): Html {
  const width = days.length * cell.width;
  const paths = (Object.keys(forms) as DayResult[]).map((result) => {
    const at = days.flatMap((one, day) => (one === result ? [day] : []));
    if (at.length === 0) return undefined;
    return html`<path class="day ${result}" d="${at.map((day) => columnOf(result, day)).join('')}" />`;
  });
  return html`<svg
    class="days"
    width="${width}"
    height="${cell.height}"
    viewBox="0 0 ${width} ${cell.height}"
    aria-hidden="true"
  >
    ${paths}
  </svg>`;
}

function columnOf(result: DayResult, day: number): string {
  const { top, bottom } = forms[result];
  const left = day * cell.width;
  const right = left + cell.width - cell.gap;
  const column = `M${left} ${top}H${right}V${bottom}H${left}z`;
  // a hole in it: neither like what is whole, nor like what is small
  if (result === 'failed' || result === 'disproved') {
    return `${column}M${left + 1.5} ${top + 2}V${bottom - 2}H${right - 1.5}V${top + 2}z`;
  }
  return column;
}

/** One day of a result, for the legend. Pure. */
export function legendPicture(result: DayResult): Html {
  return html`<svg
    width="${cell.width}"
    height="${cell.height}"
    viewBox="0 0 ${cell.width} ${cell.height}"
    aria-hidden="true"
  >
    <path class="day ${result}" d="${columnOf(result, 0)}" />
  </svg>`;
}

/** Where months begin, above rows of days. Pure. */
export function monthPicture(days: readonly string[]): Html {
  const width = days.length * cell.width;
  const labels = days.flatMap((day, at) =>
    day.endsWith('-01') && (days.length - at) * cell.width > 48
      ? [html`<text x="${at * cell.width}" y="11">${day.slice(0, 7)}</text>`]
      : [],
  );
  return html`<svg class="months" width="${width}" height="14" viewBox="0 0 ${width} 14" aria-hidden="true">
    ${labels}
  </svg>`;
}

/** How much of a limit is used up: the mark is the limit; what is beyond it goes past the mark. Pure. */
export function barPicture(value: number, limit: number): Html {
  const width = 96;
  const mark = 72;
  const filled = Math.max(1, Math.min(width, Math.round((value / limit) * mark)));
  const isOver = value > limit;
  return html`<svg class="bar" width="${width}" height="8" viewBox="0 0 ${width} 8" aria-hidden="true">
    <rect class="track" width="${width}" height="8" />
    <rect class="${isOver ? 'over' : 'within'}" width="${filled}" height="8" />
    <rect class="mark" x="${mark}" width="2" height="8" />
  </svg>`;
}
