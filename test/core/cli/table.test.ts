import assert from 'node:assert/strict';
import { table } from '../../../src/cli/table';

describe('a table', () => {
  it('columns stand under each other', () => {
    const lines = table(
      ['NAME', 'SIZE'],
      [
        ['a', '1 B'],
        ['Zürich-ö', '100 MB'],
      ],
      [1],
    ).split('\n');
    assert.deepEqual(lines, ['NAME        SIZE', 'a            1 B', 'Zürich-ö  100 MB']);
  });
});
