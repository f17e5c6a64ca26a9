import { safe } from './format';

/** A text that may hold anything as Markdown that shows just it, also within a table. */
export function plain(text: string): string {
  return safe(text)
    .replace(/[\\`*_~<>|#[\]!]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replace(/^(\s*)([-+]|\d+(?=[.)](?:\s|$)))/, (_, space: string, sign: string) =>
      /\d/.test(sign) ? `${space}&#${sign.charCodeAt(0)};${sign.slice(1)}` : `${space}\\${sign}`,
    );
}

/** The same for a text whose commands stand between backticks: they stay code. */
export function withCode(text: string): string {
  const parts = text.split('`');
  // a name with a backtick in it could end the code early
  if (parts.length !== 3) return plain(text);
  const [before = '', code = '', after = ''] = parts;
  return `${plain(before)}\`${safe(code)}\`${plain(after)}`;
}

/** A heading with what follows it; nothing where nothing follows. */
export function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [`## ${title}`, '', ...lines].join('\n');
}

/** A table; cells are Markdown already. */
export function tableOf(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(headings), line(headings.map(() => '---')), ...rows.map(line)];
}

/** A list; items are Markdown already. */
export function listOf(items: readonly string[]): string[] {
  return items.map((item) => `- ${item.replaceAll('\n', ' ')}`);
}
