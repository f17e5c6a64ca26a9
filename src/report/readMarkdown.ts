import type { Block, Line, Piece, Report, Section } from './model';

/**
 * A report from the Markdown that `reportMarkdown` writes (headings, paragraphs, tables, lists, bold, code, escaped signs), and from nothing else. Whatever else looks like markup is
 * text: no link, no picture, no HTML comes of it. Takes any text. Pure.
 */
export function readReport(markdown: string): Report {
  const lines = markdown.replaceAll('\r', '').split('\n');
  let title: string | undefined;
  const sections: { title?: string; blocks: Block[] }[] = [{ blocks: [] }];
  const add = (block: Block): void => void sections.at(-1)?.blocks.push(block);
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? '';
    const until = (isIn: (one: string) => boolean): string[] => {
      const from = at;
      while (at < lines.length && isIn(lines[at] ?? '')) at += 1;
      return lines.slice(from, at);
    };
    if (line.trim() === '') at += 1;
    else if (/^#{1,3} /.test(line)) {
      const text = textOf(line.slice(line.indexOf(' ') + 1));
      if (title === undefined && line.startsWith('# ')) title = text;
      else sections.push({ title: text, blocks: [] });
      at += 1;
    } else if (line.startsWith('| ')) {
      const [head, , ...rows] = until((one) => one.startsWith('|')).map(cellsOf);
      if (head) add({ kind: 'table', headings: head.map(textOf), rows: rows.map((row) => row.map(piecesOf)) });
    } else if (line.startsWith('- ')) {
      add({ kind: 'list', items: until((one) => one.startsWith('- ')).map((one) => piecesOf(one.slice(2))) });
    } else {
      const paragraph = until((one) => one.trim() !== '' && !/^(#{1,3} |\| |- )/.test(one));
      if (paragraph.length === 0) at += 1;
      else add({ kind: 'text', line: piecesOf(paragraph.join(' ')) });
    }
  }
  return { schema: 1, title: title ?? 'Report', sections: sections.filter(isSaid) };
}

function isSaid({ title, blocks }: Section): boolean {
  return title !== undefined || blocks.length > 0;
}

/** The cells of a row; an escaped bar belongs to its cell. */
function cellsOf(line: string): string[] {
  const cells: string[] = [];
  let cell = '';
  for (let at = 1; at < line.length; at += 1) {
    const sign = line.charAt(at);
    if (sign === '\\') cell += sign + line.charAt(++at);
    else if (sign === '|') {
      cells.push(cell.trim());
      cell = '';
    } else cell += sign;
  }
  return cells;
}

/** Text, bold and code; a sign after a backslash stands for itself. */
function piecesOf(source: string): Line {
  const pieces: Piece[] = [];
  let text = '';
  let strong = false;
  const end = (): void => {
    if (text !== '') pieces.push(strong ? { text, as: 'strong' } : { text });
    text = '';
  };
  for (let at = 0; at < source.length; at += 1) {
    const sign = source.charAt(at);
    if (sign === '\\' && at + 1 < source.length) text += source.charAt(++at);
    else if (sign === '`' && source.includes('`', at + 1)) {
      end();
      const close = source.indexOf('`', at + 1);
      pieces.push({ text: source.slice(at + 1, close), as: 'code' });
      at = close;
    } else if (source.startsWith('**', at)) {
      end();
      strong = !strong;
      at += 1;
    } else text += sign;
  }
  end();
  return pieces.map((piece) => ({ ...piece, text: piece.as === 'code' ? piece.text : unescaped(piece.text) }));
}

/** The references that `plain` writes, and no others. */
function unescaped(text: string): string {
  return text.replaceAll(/&(amp|#\d{1,6});/g, (whole, name: string) => {
    if (name === 'amp') return '&';
    const code = Number(name.slice(1));
    return code > 0x1f && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

function textOf(source: string): string {
  return piecesOf(source)
    .map(({ text }) => text)
    .join('');
}
