import type { Html } from './html';
import { html, page, table } from './html';
import type { Block, Line, Report } from './model';

/** A report as a page to be printed, that loads nothing and runs nothing. Pure. */
export function reportPage({ title, sections }: Report): string {
  const parts = sections.map(
    (one) => html`${one.title === undefined ? undefined : html`<h2>${one.title}</h2>`} ${one.blocks.map(shown)}`,
  );
  return page(
    title,
    html`<h1>${title}</h1>
      ${parts}`,
  );
}

function shown(block: Block): Html {
  switch (block.kind) {
    case 'text':
      return html`<p>${marked(block.line)}</p>`;
    case 'list':
      return html`<ul>
        ${block.items.map((item) => html`<li>${marked(item)}</li>`)}
      </ul>`;
    case 'table':
      return table(
        block.headings,
        block.rows.map((row) => row.map(marked)),
      );
  }
}

function marked(line: Line): Html {
  const pieces = line.map(({ text, as }) =>
    as === 'code' ? html`<code>${text}</code>` : as === 'strong' ? html`<strong>${text}</strong>` : html`${text}`,
  );
  return html`${pieces}`;
}
