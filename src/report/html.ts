import { visible } from '../core/base/visible';
import { t } from '../words/language';

/** Text that is HTML already. Made by `html` alone, so that whatever else stands in a page is shown as text. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | string | number | undefined | readonly Part[];

/** HTML with texts in it, each shown as it is: names and messages of servers can be anything. Undefined is nothing. Pure. */
export function html(parts: TemplateStringsArray, ...values: readonly Part[]): Html {
  return new Html(parts.map((part, at) => part + (at < values.length ? shown(values[at]) : '')).join(''));
}

function shown(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(shown).join('');
  return escaped(String(part));
}

/** A text as HTML shows it, also between quotes. Pure. */
export function escaped(text: string): string {
  return visible(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** What a page may have of its own. */
export interface PageLook {
  readonly style?: string;
  /** of its style, where the host lets in no other */
  readonly nonce?: string | undefined;
  /** as `lang` takes it; default: English */
  readonly language?: string | undefined;
}

/** A whole page that loads nothing and runs nothing; without a style of its own it is printed in black on white. Pure. */
export function page(title: string, body: Html, { style = plain, nonce, language = 'en' }: PageLook = {}): string {
  const source = nonce === undefined ? `'unsafe-inline'` : `'nonce-${nonce}'`;
  return `<!doctype html>
${
  html`<html lang="${language}">
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${source}" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <title>${title}</title>
      <style ${nonce === undefined ? undefined : html`nonce="${nonce}"`}>
        ${new Html(style)}
      </style>
    </head>
    <body>
      <main>${body}</main>
    </body>
  </html>`.text
}
`;
}

/** A table; nothing where there is no row. Pure. */
export function table(headings: readonly string[], rows: readonly (readonly Part[])[]): Html {
  if (rows.length === 0) return html`<p>${t`None.`}</p>`;
  return html`<table>
    <thead>
      <tr>
        ${headings.map((heading) => html`<th scope="col">${heading}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (cells) =>
          html`<tr>
            ${cells.map((cell) => html`<td>${cell}</td>`)}
          </tr> `,
      )}
    </tbody>
  </table>`;
}

const plain = `
body { font: 15px/1.5 system-ui, sans-serif; color: #1b1b1b; background: #fff; margin: 0 }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.5rem }
h1 { font-size: 1.6rem; line-height: 1.25 } h2 { font-size: 1.15rem; margin-top: 2rem }
table { border-collapse: collapse; width: 100%; font-size: .9rem } th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid #d0d0d0; overflow-wrap: anywhere }
thead { display: table-header-group } tr { break-inside: avoid } h2 { break-after: avoid }
code { font-size: .85em; overflow-wrap: anywhere }
@page { size: A4; margin: 18mm } @media print { main { max-width: none; padding: 0 } a { color: inherit } }
`;
