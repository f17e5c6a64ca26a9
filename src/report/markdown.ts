import { safe } from '../words/format';
import type { Block, Line, Report } from './model';

/** A report as Markdown; `readReport` reads it back. Pure. */
export function reportMarkdown({ title, sections }: Report): string {
  const parts = [
    `# ${plain(title)}`,
    ...sections.flatMap((one) => [
      ...(one.title === undefined ? [] : [`## ${plain(one.title)}`]),
      ...one.blocks.map(written),
    ]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function written(block: Block): string {
  switch (block.kind) {
    case 'text':
      return marked(block.line);
    case 'list':
      return block.items.map((item) => `- ${oneLine(item)}`).join('\n');
    case 'table': {
      const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
      const { headings, rows } = block;
      return [
        row(headings.map(plain)),
        row(headings.map(() => '---')),
        ...rows.map((cells) => row(cells.map(oneLine))),
      ].join('\n');
    }
  }
}

function marked(line: Line): string {
  return line
    .map(({ text, as }) => (as === 'code' ? `\`${safe(text)}\`` : as === 'strong' ? `**${plain(text)}**` : plain(text)))
    .join('');
}

function oneLine(line: Line): string {
  return marked(line).replaceAll('\n', ' ');
}

/** A text that may hold anything as Markdown that shows just it, also within a table. */
export function plain(text: string): string {
  return safe(text)
    .replace(/[\\`*_~<>|#[\]!]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replace(/^(\s*)([-+]|\d+(?=[.)](?:\s|$)))/, (_, space: string, sign: string) =>
      /\d/.test(sign) ? `${space}&#${sign.charCodeAt(0)};${sign.slice(1)}` : `${space}\\${sign}`,
    );
}
