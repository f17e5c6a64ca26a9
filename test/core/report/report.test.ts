import assert from 'node:assert/strict';
import fc from 'fast-check';
import { plain, reportMarkdown } from '../../../src/report/markdown';
import { line, lineWithCode, list, paragraph, table, type Report } from '../../../src/report/model';
import { reportPage } from '../../../src/report/page';
import { readReport } from '../../../src/report/readMarkdown';
import { safe } from '../../../src/words/format';

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

/** With a text in every place that a text can have. */
function reportWith(text: string): Report {
  return {
    schema: 1,
    title: text,
    sections: [
      {
        blocks: [
          { kind: 'text', line: [{ text: 'Done.', as: 'strong' }, { text: ` x ${text}` }] },
          ...table(['', ''], [['of', text]]),
        ],
      },
      {
        title: `h ${text}`,
        blocks: [paragraph(text), ...list([lineWithCode(`y ${text}`), line(text)]), paragraph(text)],
      },
      { title: 'Time', blocks: table(['step', text], [[text, '1 s']]) },
    ],
  };
}

/** Every text in it as it is shown. */
function asShown(report: Report): unknown {
  return JSON.parse(JSON.stringify(report), (key, value: unknown) =>
    typeof value === 'string' && key !== 'kind' && key !== 'as' ? safe(value) : value,
  );
}

describe('a report as a page', () => {
  it('is the same read back from its Markdown, whatever stands in it, and so the same as JSON', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...hostile, 'undo `a b` now'), { minLength: 1, maxLength: 8 }), (parts) => {
        const report = reportWith(`t ${parts.join('').replaceAll('\n', ' ')} t`);
        assert.deepEqual(readReport(reportMarkdown(report)), asShown(report));
      }),
      { numRuns: 500 },
    );
  });

  it('any text at all is read, and shown as text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        assertOwnElements(reportPage(readReport(text)));
      }),
      { numRuns: 300 },
    );
  });

  it('shows every text as it is, whatever it holds, and makes no element of it', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...hostile), { minLength: 1, maxLength: 8 }), (parts) => {
        const text = parts.join('').replaceAll('\n', ' ');
        assertOwnElements(reportPage(readReport(reportMarkdown(reportWith(`t ${text}`)))));
      }),
      { numRuns: 300 },
    );
  });

  it('has what the Markdown has', () => {
    const page = reportPage(
      readReport(
        `# ${plain('Restore a|b into c_d')}\n\n**Done.** ${plain('All <is> well & proven.')}\n\n| | |\n| --- | --- |\n| reason | ${plain('the case | of * March')} |\n\n## What to do\n\n- In a terminal: \`db-ferry undo a/b\`\n`,
      ),
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

const ownElements = 'main h1 h2 p strong table thead tbody tr th td ul li code body html'.split(' ');

/** Nothing that a report says becomes an element, or an attribute that loads or leads anywhere. */
function assertOwnElements(page: string): void {
  const from = page.indexOf('<main>');
  assert.ok(from > 0, page);
  const names = [...page.slice(from).matchAll(/<\/?([a-z0-9]+)/gi)].map(([, name = '']) => name);
  assert.deepEqual(
    names.filter((name) => !ownElements.includes(name)),
    [],
    page,
  );
  assert.doesNotMatch(page, /<[^>]*(href|src|onerror)=/i);
}
