import assert from 'node:assert/strict';
import fc from 'fast-check';
import { markdownPage } from '../../../src/report/markdownPage';
import { listOf, plain, section, tableOf, withCode } from '../../../src/words/markdown';

const hostile = [
  '<script>',
  '</td>',
  '<img src=x onerror=y>',
  '[a](https://evil)',
  '**',
  '`',
  '|',
  '\\',
  '&amp;',
  '&#60;',
  '# ',
  '- ',
  '1. ',
  'shop',
  ' ',
  '"',
  "'",
  '\u202e',
  '\n',
];

describe('a report as a page', () => {
  it('shows every text as it is, whatever it holds, and makes no element of it', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...hostile), { minLength: 1, maxLength: 8 }), (parts) => {
        const text = parts.join('').replaceAll('\n', ' ');
        const markdown = [
          `# ${plain(`t ${text}`)}`,
          `**Done.** ${plain(`x ${text}`)}`,
          tableOf(['', ''], [['of', plain(`c ${text}`)]]).join('\n'),
          section('What to do', listOf([withCode(`y ${text}`)])),
        ].join('\n\n');
        const page = markdownPage(markdown);
        const names = new Set(
          [...page.slice(page.indexOf('<main>')).matchAll(/<\/?([a-z0-9]+)/gi)].map(([, name]) => name),
        );
        for (const name of names)
          assert.ok(
            [
              'main',
              'h1',
              'h2',
              'p',
              'strong',
              'table',
              'thead',
              'tbody',
              'tr',
              'th',
              'td',
              'ul',
              'li',
              'code',
              'body',
              'html',
            ].includes(name!),
            `${name}: ${page}`,
          );
        assert.doesNotMatch(page, /<[^>]*(href|src|onerror)=/i);
      }),
      { numRuns: 300 },
    );
  });

  it('has what the Markdown has', () => {
    const page = markdownPage(
      `# ${plain('Restore a|b into c_d')}\n\n**Done.** ${plain('All <is> well & proven.')}\n\n| | |\n| --- | --- |\n| reason | ${plain('the case | of * March')} |\n\n## What to do\n\n- In a terminal: \`db-ferry undo a/b\`\n`,
    );
    for (const part of [
      '<h1>Restore a|b into c_d</h1>',
      '<strong>Done.</strong>',
      'All &#60;is&#62; well &#38; proven.',
      '<td>the case | of * March</td>',
      '<code>db-ferry undo a/b</code>',
    ])
      assert.ok(page.includes(part), `${part}\n${page}`);
  });
});
