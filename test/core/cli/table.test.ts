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
      { right: [1] },
    ).split('\n');
    assert.deepEqual(lines, ['NAME        SIZE', 'a            1 B', 'Zürich-ö  100 MB']);
  });

  it('one column gives way on a terminal, in its middle; for a pipe all is there', () => {
    const rows = [
      ['id-1', 'cluster-a/shop-prod/postgres-0/shop', 'done'],
      ['id-2', 'b/c', 'failed'],
    ];
    const narrow = table(['ID', 'OF', 'STATE'], rows, { width: 40, flexible: 1 });
    assert.deepEqual(narrow.split('\n'), [
      'ID    OF                          STATE',
      'id-1  cluster-…d/postgres-0/shop  done',
      'id-2  b/c                         failed',
    ]);
    assert.match(table(['ID', 'OF', 'STATE'], rows, { flexible: 1 }), /cluster-a\/shop-prod\/postgres-0\/shop {2}done/);
  });
});
