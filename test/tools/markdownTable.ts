/** A table of Markdown. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(headings), `|${headings.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

/** A bar in a cell would end it, also in code. */
function cell(text: string): string {
  return text
    .replaceAll('|', '\\|')
    .replaceAll('\n', ' ')
    .replaceAll(/<(?=[a-z])(?![^`]*`)/g, '\\<');
}

/** Words that were made without facts, with … where a fact would stand. */
export function openWords(text: string | undefined): string {
  return (text ?? '').replaceAll(/"\?"|(?<=^|[\s(,])\?(?=$|[\s,.:;)%])/g, '…').replace(/^…\.?$/, '');
}
