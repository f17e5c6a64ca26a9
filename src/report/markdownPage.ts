import type { Html } from './html';
import { html, page, table } from './html';

/**
 * The report of a job as a page to be printed: of the Markdown that `reportOf` writes (headings, paragraphs, tables, lists, bold, code, escaped signs), and of nothing else. Whatever else looks like markup is shown
 * as text: no link, no picture, no HTML comes of it. Pure.
 */
export function markdownPage(markdown: string): string {
  const lines = markdown.replaceAll('\r', '').split('\n');
  const title = inlineText(lines.find((line) => line.startsWith('# '))?.slice(2) ?? 'Report');
  const blocks: Html[] = [];
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? '';
    const until = (isIn: (one: string) => boolean): string[] => {
      const from = at;
      while (at < lines.length && isIn(lines[at] ?? '')) at += 1;
      return lines.slice(from, at);
    };
    if (line.trim() === '') at += 1;
    else if (/^#{1,3} /.test(line)) {
      const level = line.indexOf(' ');
      const text = inline(line.slice(level + 1));
      blocks.push(level === 1 ? html`<h1>${text}</h1>` : level === 2 ? html`<h2>${text}</h2>` : html`<h3>${text}</h3>`);
      at += 1;
    } else if (line.startsWith('| ')) {
      const [head, , ...rows] = until((one) => one.startsWith('|')).map(cellsOf);
      if (head)
        blocks.push(
          table(
            head.map(inlineText),
            rows.map((row) => row.map(inline)),
          ),
        );
    } else if (line.startsWith('- ')) {
      blocks.push(
        html`<ul>
          ${until((one) => one.startsWith('- ')).map((one) => html`<li>${inline(one.slice(2))}</li>`)}
        </ul>`,
      );
    } else {
      const paragraph = until((one) => one.trim() !== '' && !/^(#{1,3} |\| |- )/.test(one));
      if (paragraph.length === 0) at += 1;
      else blocks.push(html`<p>${inline(paragraph.join(' '))}</p>`);
    }
  }
  return page(title, html`${blocks}`);
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

type Piece = { readonly text: string; readonly as: 'text' | 'code' | 'strong' };

/** Text, bold and code; a sign after a backslash stands for itself. */
function piecesOf(source: string): Piece[] {
  const pieces: Piece[] = [];
  let text = '';
  let strong = false;
  const end = (): void => {
    if (text !== '') pieces.push({ text, as: strong ? 'strong' : 'text' });
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

function inline(source: string): Html {
  const shown = piecesOf(source).map(({ text, as }) =>
    as === 'code' ? html`<code>${text}</code>` : as === 'strong' ? html`<strong>${text}</strong>` : html`${text}`,
  );
  return html`${shown}`;
}

function inlineText(source: string): string {
  return piecesOf(source)
    .map(({ text }) => text)
    .join('');
}
