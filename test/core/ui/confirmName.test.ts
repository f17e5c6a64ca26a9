import './vscodeDouble';
import assert from 'node:assert/strict';
import type { DatabasePlace } from '../../../src/model/places';
import { ProtectedPlaces } from '../../../src/core/policy/protectedPlaces';
import type { Services } from '../../../src/services';
import type * as fake from './fakeVscode';

describe('the name of a protected database', () => {
  it('stays asked for until it is right', async () => {
    const { answer, box } = await asked(['prod/*']);
    for (const [text, message] of [
      ['', /whole/],
      ['sho', /whole/],
      ['shp', /This is not shop\. Type shop/],
      ['shop2', /This is not shop\. Type shop/],
    ] as const) {
      box.type(text);
      box.enter();
      assert.match(box.validationMessage ?? '', message, text);
      assert.ok(box.isOpen, text);
    }
    box.type('shop');
    assert.equal(box.validationMessage, undefined);
    box.enter();
    assert.equal(await answer, true);
    assert.ok(box.isDisposed);
  });

  it('is given up by Escape alone', async () => {
    const { answer, box } = await asked(['prod/*']);
    box.escape();
    assert.equal(await answer, false);
  });

  it('is not asked for elsewhere', async () => {
    assert.equal(await (await asked([])).answer, true);
  });

  async function asked(patterns: string[]): Promise<{ answer: Promise<boolean>; box: (typeof fake.opened)[number] }> {
    const { confirmName } = await import('../../../src/ui/ask/confirmName');
    const { opened, window } = (await import('vscode')) as unknown as typeof fake;
    const cluster = { alias: 'prod', server: 'https://api.prod:6443', contexts: [] };
    const pod = { cluster: 'prod', namespace: 'shop' };
    const place = { model: { cluster }, pod, database: 'shop' } as unknown as DatabasePlace;
    const answer = confirmName({ protection: new ProtectedPlaces(() => patterns) } as Services, place);
    return { answer, box: opened.at(-1) ?? window.createInputBox() };
  }
});
