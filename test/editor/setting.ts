import { startEditor, type Editor } from './editor';

/** The one editor of the suite, on all pods of the lab. Importing this file starts it before the first test and ends it after the last. */
export let editor: Editor;

before(async function () {
  // VS Code's server is installed once; with that, minutes
  this.timeout(900_000);
  editor = await startEditor();
});

afterEach(async function () {
  const test = this.currentTest;
  if (test?.state !== 'failed') return;
  for (const [at, window] of editor.windows.entries()) {
    const name = `failed ${test.fullTitle()} ${String(at + 1)}`.replaceAll(/[^\w-]+/g, '-');
    await window.screenshot(name);
    console.log(
      `      see test/editor/screenshots/${name}.png; until then:\n${String(window.actions).replaceAll(/^/gm, '        ')}`,
    );
  }
});

after(async () => {
  // undefined where it did not start
  await (editor as Editor | undefined)?.close();
});
