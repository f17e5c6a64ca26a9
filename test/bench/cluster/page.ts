import { readFile, writeFile } from 'node:fs/promises';
import type { Processor } from './meters';

/** What one run took. */
export interface Cost {
  readonly seconds: number;
  /** processor seconds of the client */
  readonly client: number;
  readonly processor: Processor;
  /** seconds of it that compared what was restored; of our own runs */
  readonly verifying?: number;
  readonly phases?: Readonly<Record<string, number>>;
  /** the most memory of the job's process */
  readonly megabytes?: number;
}

/** One comparison: its runs in pairs, and the ratio it is to keep below. */
export interface Figure {
  readonly what: string;
  readonly bar: number;
  /** the bar for the time without verification, where that is one of its own */
  readonly withoutVerification?: number;
  readonly pairs: readonly { readonly ours: Cost; readonly byHand: Cost }[];
}

const heads = ['what', 'ours s', 'by hand s', 'ratio', 'bar', 'MB', 'client', 'API server', 'kubelet', 'pod'];

/** A figure as lines for a terminal, its phases below it. */
export function printed(figure: Figure): string {
  const widths = [44, 8, 11, 7, 8, 6, 13, 13, 13, 13];
  const lines = cells(figure).map((row) => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' '));
  const phases = figure.pairs.at(-1)?.ours.phases;
  return [...lines, ...(phases ? [`    ${JSON.stringify(phases)}`] : [])].join('\n');
}

/** Processor seconds are ours / by hand. */
function cells({ what, bar, withoutVerification, pairs }: Figure): string[][] {
  const of = (pick: (pair: Figure['pairs'][number]) => number): number => median(pairs.map(pick));
  const both = (pick: (cost: Cost) => number): string =>
    `${of(({ ours }) => pick(ours)).toFixed(1)} / ${of(({ byHand }) => pick(byHand)).toFixed(1)}`;
  const row = (name: string, limit: number, left: (ours: Cost) => number): string[] => [
    name,
    of(({ ours }) => left(ours)).toFixed(2),
    of(({ byHand }) => byHand.seconds).toFixed(2),
    of(({ ours, byHand }) => left(ours) / byHand.seconds).toFixed(2),
    `≤ ${limit}`,
  ];
  const memory = of(({ ours }) => ours.megabytes ?? 0);
  const first = [
    ...row(what, bar, ({ seconds }) => seconds),
    memory > 0 ? memory.toFixed(0) : '',
    both(({ client }) => client),
    both(({ processor }) => processor.apiServer),
    both(({ processor }) => processor.kubelet),
    both(({ processor }) => processor.pod),
  ];
  if (withoutVerification === undefined) return [first];
  const left = row(
    '  without its verification',
    withoutVerification,
    ({ seconds, verifying = 0 }) => seconds - verifying,
  );
  return [first, [...left, '', '', '', '', '']];
}

/** Puts table and plot between the marks of docs/performance.md. */
export async function writePage(
  figures: readonly Figure[],
  data: { readonly megabytes: number; readonly scale: number },
): Promise<void> {
  const page = new URL('../../../docs/performance.md', import.meta.url);
  const name = `performance-${data.megabytes}.svg`;
  await writeFile(new URL(`../../../docs/images/${name}`, import.meta.url), plot(figures));
  const text = await readFile(page, 'utf8');
  const [from, to] = [`<!-- figures ${data.megabytes} -->`, `<!-- end ${data.megabytes} -->`];
  const at = text.indexOf(from);
  const end = text.indexOf(to);
  if (at < 0 || end < 0) throw new Error(`docs/performance.md has no place for ${data.megabytes} MB: ${from} … ${to}`);
  const rows = figures.flatMap(cells);
  const line = (row: readonly string[]): string => `| ${row.map((cell) => cell.trim()).join(' | ')} |`;
  const table = [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
  await writeFile(page, `${text.slice(0, at)}${from}\n\n![ratios](images/${name})\n\n${table}\n\n${text.slice(end)}`);
}

/** A bar for each ratio, its limit as a stroke across it. */
function plot(figures: readonly Figure[]): string {
  const rows = figures.flatMap(cells).map(([what = '', , , ratio = '', bar = '']) => ({
    what: what.trim(),
    ratio: Number(ratio),
    bar: Number(bar.slice(2)),
  }));
  const unit = 300 / Math.max(1.4, ...rows.map(({ ratio }) => ratio));
  const lines = rows.map(({ what, ratio, bar }, index) => {
    const y = 30 + index * 26;
    const colour = ratio <= bar ? '#2a7f62' : '#b5532a';
    return `<text x="292" y="${y + 13}" text-anchor="end">${what}</text>
<rect x="300" y="${y}" width="${(ratio * unit).toFixed(1)}" height="18" fill="${colour}"/>
<path d="M${(300 + bar * unit).toFixed(1)} ${y - 3}v24" stroke="#888" stroke-width="2"/>
<text x="${(306 + ratio * unit).toFixed(1)}" y="${y + 13}">${ratio.toFixed(2)}</text>`;
  });
  const height = 40 + rows.length * 26;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="680" height="${height}" font-family="sans-serif" font-size="12" fill="#777">
<text x="300" y="16">time against kubectl = 1; the stroke is the limit</text>
${lines.join('\n')}
</svg>
`;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
