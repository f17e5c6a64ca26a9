import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as contributions from '../../../src/contributions';

interface Manifest {
  readonly main: string;
  readonly icon: string;
  readonly contributes: {
    readonly commands: readonly { command: string; title: string; category?: string; icon?: string }[];
    readonly views: Readonly<Record<string, readonly { id: string; name: string; icon: string }[]>>;
    readonly viewsWelcome: readonly { view: string; contents: string }[];
    readonly menus: Readonly<Record<string, readonly { command?: string; when?: string; group?: string }[]>>;
    readonly keybindings: readonly { command: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { scope?: string }>> };
    readonly customEditors: readonly { viewType: string }[];
    readonly walkthroughs: readonly {
      steps: readonly { media: { svg: string }; completionEvents: readonly string[] }[];
    }[];
  };
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
}

const root = join(import.meta.dirname, '../../..');
const text = readFileSync(join(root, 'package.json'), 'utf8');
const manifest = JSON.parse(text) as Manifest;
const nls = JSON.parse(readFileSync(join(root, 'package.nls.json'), 'utf8')) as Record<string, string>;
const { contributes } = manifest;
const declared = contributes.commands.map(({ command }) => command);

describe('the manifest and the code', () => {
  it('have the same commands', () => {
    const inCode = sources('src/commands').flatMap((source) => all(source, /\bid: '(dbFerry\.\w+)'/g));
    assert.deepEqual(inCode.sort(), [...declared].sort());
  });

  it('name no command of ours that is not there', () => {
    const own = new Set([...declared, ...Object.values(contributions.viewIds).map((view) => `${view}.focus`)]);
    const used = [
      ...[...sources('src'), text, ...Object.values(nls)].flatMap((source) => [
        ...all(source, /command:(dbFerry\.[\w.]+)/g),
        ...all(source, /executeCommand\('(dbFerry\.[\w.]+)'/g),
        ...all(source, /\bcommand\('[^']*', '(dbFerry\.[\w.]+)'/g),
        ...all(source, /"command": "(dbFerry\.[\w.]+)"/g),
        ...all(source, /onCommand:(dbFerry\.[\w.]+)/g),
      ]),
    ];
    assert.ok(used.length > declared.length);
    assert.deepEqual([...new Set(used.filter((one) => !own.has(one)))], []);
  });

  it('have the same views, custom editor, settings and context keys', () => {
    const views = Object.values(contributes.views).flat();
    assert.deepEqual(views.map(({ id }) => id).sort(), Object.values(contributions.viewIds).sort());
    assert.deepEqual(
      contributes.customEditors.map(({ viewType }) => viewType),
      [contributions.archiveEditor],
    );
    const settings = contributions.settingNames.map((name) => `${contributions.section}.${name}`);
    assert.deepEqual(Object.keys(contributes.configuration.properties).sort(), [...settings].sort());
    const restricted = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
    assert.deepEqual(
      restricted.filter((one) => !settings.includes(one)),
      [],
    );
    const keys: readonly string[] = Object.values(contributions.contextKeys);
    const set = sources('src').flatMap((source) => all(source, /'setContext', contextKeys\.(\w+)/g));
    assert.deepEqual(set.sort(), Object.keys(contributions.contextKeys).sort());
    const commands = new Set(declared);
    const used = all(text, /"(?:when|onContext)[^"]*": "([^"]+)"/g).flatMap((when) => all(when, /\b(dbFerry\.\w+)\b/g));
    const views_: readonly string[] = Object.values(contributions.viewIds);
    const unknown = used.filter(
      (one) =>
        !keys.includes(one) && !views_.includes(one) && !commands.has(one) && one !== contributions.archiveEditor,
    );
    assert.deepEqual(unknown, []);
  });

  it('give every command a category and words, an icon where it is a button', () => {
    for (const { command, title, category } of contributes.commands) {
      assert.match(title, /^%.+%$/, command);
      assert.ok(category, command);
    }
    const inline = Object.values(contributes.menus)
      .flat()
      .filter(({ group }) => group?.startsWith('inline') === true || group?.startsWith('navigation') === true)
      .map(({ command }) => command);
    const bare = contributes.commands.filter(({ command, icon }) => inline.includes(command) && icon === undefined);
    assert.deepEqual(bare, []);
  });

  it('have a word for every %key%, and no word that nothing asks for', () => {
    const asked = new Set(all(text, /%([\w.]+)%/g));
    assert.deepEqual(
      [...asked].filter((key) => nls[key] === undefined),
      [],
    );
    assert.deepEqual(
      Object.keys(nls).filter((key) => !asked.has(key)),
      [],
    );
  });

  it('have the same words in German: every key, with the same commands, code and dots', () => {
    const german = JSON.parse(readFileSync(join(root, 'package.nls.de.json'), 'utf8')) as Record<string, string>;
    assert.deepEqual(Object.keys(german), Object.keys(nls));
    // what is no language: targets of links, what stands between backticks, and that a question follows
    const fixed = (one = ''): unknown => [
      all(one, /\((command:[^)]*)\)/g).sort(),
      all(one, /`([^`]*)`/g).sort(),
      one.endsWith('…'),
      one.split('\n').length,
    ];
    for (const [key, words] of Object.entries(nls)) assert.deepEqual(fixed(german[key]), fixed(words), key);
  });

  it('refer to files that are there', () => {
    const pictures = contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.svg));
    const icons = Object.values(contributes.views).flatMap((views) => views.map(({ icon }) => icon));
    const files = [manifest.icon, ...pictures, ...icons.filter((icon) => !icon.startsWith('$('))];
    assert.deepEqual(
      files.filter((file) => !existsSync(join(root, file))),
      [],
    );
  });

  it('let menus ask only for capabilities that rows have', () => {
    const known = all(readFileSync(join(root, 'src/contributions.ts'), 'utf8'), /^ {2}\| '(\w+)'/gm);
    const asked = all(text, /viewItem =~ \/\\\\b(\w+)\\\\b\//g);
    assert.ok(asked.length > 0 && known.length > 0);
    assert.deepEqual(
      [...new Set(asked)].filter((one) => !known.includes(one)),
      [],
    );
    assert.deepEqual(
      known.filter((one) => !asked.includes(one)),
      [],
    );
  });
});

function all(source: string, pattern: RegExp): string[] {
  return Array.from(source.matchAll(pattern), ([, found = '']) => found);
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && one.name.endsWith('.ts'))
    .map((one) => readFileSync(join(one.parentPath, one.name), 'utf8'));
}
