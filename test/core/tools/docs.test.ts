import assert from 'node:assert/strict';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { floors, roomOf, rules } from '../../tools/floors.mjs';
import { events, eventsFile } from '../../tools/events';
import { rightsFile, withRights } from '../../tools/rights';
import { reference, referenceFile } from '../../tools/reference';

describe('docs/reference.md', () => {
  it('is what the sources say; `npm run docs` writes it', async () => {
    assert.equal(await readFile(referenceFile, 'utf8'), reference());
  });

  it('names every command, option, exit code, variable and error code in tables that hold', () => {
    const text = reference();
    for (const line of text.split('\n').filter((one) => one.startsWith('|'))) {
      const cells = line.replaceAll('\\|', '').split('|').length - 2;
      assert.ok(cells >= 2 && cells <= 4, line);
    }
    for (const word of ['`keys trust`', '`--accept-missing`', '| 130 |', '`DB_FERRY_ROOT`', '`archive.damaged`']) {
      assert.ok(text.includes(word), word);
    }
  });
});

describe('docs/events.md', () => {
  it('is what the types of the sources say; `npm run docs` writes it', async () => {
    assert.equal(await readFile(eventsFile, 'utf8'), events());
  }).timeout(180_000);
});

describe('docs/rights.md', () => {
  it('names every role that is shipped, for whom it is and what it may; `npm run docs` writes it', async () => {
    const page = await readFile(rightsFile, 'utf8');
    assert.equal(page, withRights(page));
    assert.doesNotMatch(page, /\| \? \|/, 'test/tools/rights.ts says for whom a role is');
    assert.match(page, /Role `db-ferry-one-pod` .* pods\/exec \(postgres-0\): get, create \|$/m);
  });
});

describe('the floors', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dbf-floors-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** The rules that some files break: each by its path, with what it imports. */
  async function broken(files: Readonly<Record<string, readonly string[]>>): Promise<string[]> {
    const all = new Set([...Object.keys(files), ...Object.values(files).flat().map(plain)]);
    for (const file of all) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      const lines = (files[file] ?? []).map((one) => {
        const from = `${'../'.repeat(file.split('/').length - 1)}${plain(one).replace('.ts', '')}`;
        return one.startsWith('type ')
          ? `import type { x } from '${from}';\nexport type Y = typeof x;`
          : `import '${from}';`;
      });
      await writeFile(join(folder, file), `${lines.join('\n')}\nexport const x = 1;\n`);
    }
    const options = { ruleSet: { forbidden: rules() }, validate: true, tsPreCompilationDeps: true, baseDir: folder };
    const { output } = await cruise(['src'], options);
    return [...new Set((output as ICruiseResult).summary.violations.map(({ rule }) => rule.name))].sort();
  }

  const plain = (file: string): string => file.replace('type ', '');

  it('let a room import what is below it, and nothing beside or above it, in any form', async () => {
    for (const [from, to, rule] of [
      ['src/core/job/a.ts', 'src/core/base/b.ts', undefined],
      ['src/cli/describeJob.ts', 'src/ui/hints.ts', undefined],
      ['src/tree/a.ts', 'type src/services.ts', undefined],
      ['src/core/base/a.ts', 'src/core/pod/b.ts', 'floor of core/base'],
      ['src/core/base/a.ts', 'type src/core/pod/b.ts', 'floor of core/base'],
      ['src/core/catalog/a.ts', 'src/core/pod/b.ts', 'floor of core/catalog'],
      ['src/core/job/kinds/a.ts', 'src/words/b.ts', 'floor of core/job'],
      ['src/words/a.ts', 'src/cli/b.ts', 'floor of words'],
      ['src/cli/a.ts', 'src/ui/hints.ts', 'floor of cli'],
      ['src/cli/describeJob.ts', 'src/ui/b.ts', 'exception of ^src/cli/describeJob\\.ts$'],
      ['src/ui/a.ts', 'src/tree/b.ts', 'floor of ui'],
      ['src/tree/a.ts', 'src/services.ts', 'services.ts is a type'],
      ['src/core/news/a.ts', 'src/core/base/b.ts', 'every room has a floor'],
      ['src/core/base/a.ts', 'src/extension.ts', 'floor of core/base'],
    ] as const) {
      assert.deepEqual(await broken({ [from]: [to] }), rule === undefined ? [] : [rule], `${from} → ${to}`);
      await rm(join(folder, 'src'), { recursive: true });
    }
  });

  it('hold no cycle: none at all in the core, none that runs elsewhere', async () => {
    const [a, b] = ['src/core/job/a.ts', 'src/core/job/b.ts'];
    assert.deepEqual(await broken({ [a]: [b], [b]: [`type ${a}`] }), ['no cycle in the core, types included']);
    await rm(join(folder, 'src'), { recursive: true });
    const [c, d] = ['src/ui/a.ts', 'src/ui/b.ts'];
    assert.deepEqual(await broken({ [c]: [d], [d]: [`type ${c}`] }), []);
    assert.deepEqual(await broken({ [c]: [d], [d]: [c] }), ['no cycle']);
  });

  it('are known for every file that they mean', () => {
    assert.equal(roomOf('src/core/postgres/archive/format/tocReader.ts'), 'core/postgres');
    assert.equal(roomOf('src/core/nothing/x.ts'), undefined);
    assert.equal(new Set(floors.flat()).size, floors.flat().length);
  });
});
