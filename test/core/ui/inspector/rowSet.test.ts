import assert from 'node:assert/strict';
import { rowSet } from '../../../../src/ui/inspector/webview/rowSet';

describe('rowSet', () => {
  const rows = [
    { name: 'shop.orders', size: 30, owner: 'App' },
    { name: 'shop.customers', size: undefined, owner: 'app' },
    { name: 'audit.events', size: 500, owner: 'auditor' },
    { name: 'audit.orders', size: 30, owner: 'auditor' },
  ];
  const set = rowSet<(typeof rows)[number]>({
    ...{ id: 'tables', title: 'Tables', noun: 'tables', rows, sort: ['size', true], empty: 'none' },
    columns: [
      { id: 'name', title: 'Table', text: (row) => row.name, key: (row) => row.name },
      { id: 'size', title: 'Size', isNumber: true, text: (row) => String(row.size), key: (row) => row.size },
      { id: 'owner', title: 'Owner', text: (row) => row.owner, key: (row) => row.owner },
    ],
    sum: (shown) => String(shown.reduce((sum, row) => sum + (row.size ?? 0), 0)),
  });
  const names = (filter: string, sort: readonly [string, boolean] = ['name', false]): string[] =>
    set.select(filter, sort).map((row) => set.text(row, 0));

  it('sorts either way, what is unknown last, equals by name', () => {
    assert.deepEqual(names('', ['size', true]), ['audit.events', 'audit.orders', 'shop.orders', 'shop.customers']);
    assert.deepEqual(names('', ['size', false]), ['audit.orders', 'shop.orders', 'audit.events', 'shop.customers']);
    assert.deepEqual(names('', ['name', true]), ['shop.orders', 'shop.customers', 'audit.orders', 'audit.events']);
    assert.deepEqual(names('', ['no such column', false]), names(''));
  });

  it('keeps rows that hold every word, whatever its case, and does not look into numbers', () => {
    assert.deepEqual(names('ORDERS audit'), ['audit.orders']);
    assert.deepEqual(names('app'), ['shop.customers', 'shop.orders']);
    assert.deepEqual(names('500'), []);
    assert.equal(names('  ').length, 4);
  });

  it('adds up what is shown', () => {
    assert.equal(set.sum(set.select('audit', ['name', false])), '530');
    assert.equal(set.count, 4);
  });
});
