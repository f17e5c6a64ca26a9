import './vscodeDouble';
import assert from 'node:assert/strict';

describe('what is shown on hover', () => {
  it('breaks between words, and stays plain text that begins no list and keeps its rows', async () => {
    const { factsTooltip, textTooltip } = await import('../../../src/ui/tooltip');
    assert.equal(
      textTooltip('1. as a role that is *none*\n- a  [b](c) d\n    e f').value,
      '1.&nbsp;as a role that is \\*none\\*\n\n\\-&nbsp;a&nbsp;&nbsp;\\[b\\]\\(c\\) d\n\n&nbsp;&nbsp;&nbsp;&nbsp;e f',
    );
    const facts = [
      ['From', 'a place of its own'],
      ['Why', undefined],
    ] as const;
    assert.equal(factsTooltip('shop', facts).value, '**shop**\n\nFrom: a&nbsp;place of its own  \n');
  });
});
