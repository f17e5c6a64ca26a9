import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { editorHints } from '../../../src/ui/hints';
import { sentences, wordsFor } from '../../../src/words/errorWords';
import { jobLabel } from '../../../src/words/jobTitle';
import { speak, t } from '../../../src/words/language';
import { progressText } from '../../../src/words/progressWords';
import { some } from '../../../src/words/some';
import { requestOf } from '../job/requestOf';
import { allMessages, bundle, bundleFile, messagesOfEditor } from '../../tools/messages';

const root = join(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const german = JSON.parse(read('l10n/bundle.l10n.de.json')) as Record<string, string>;

/** `{0}` and the like, code and links: what stays the same in each language. */
const kept = (text: string): string[] => (text.match(/\{\d+\}|`[^`]+`|--[a-z][\w-]*|https?:\S+/g) ?? []).sort();

describe('languages', () => {
  afterEach(() => speak(undefined));

  it('every message that the editor may tell is in the bundle', () => {
    assert.equal(read(bundleFile), bundle(), 'run: npm run docs');
  });

  it('every message of the bundle is told in German too, with the same facts, code and line ends, and no other', () => {
    const keys = [...new Set(messagesOfEditor().map(({ key }) => key))];
    const missing = keys.filter((key) => !Object.hasOwn(german, key));
    assert.deepEqual(missing, [], 'put them into l10n/bundle.l10n.de.json, in German');
    assert.deepEqual(
      Object.keys(german).filter((key) => !keys.includes(key)),
      [],
      'nobody says that any more',
    );
    for (const [key, text] of Object.entries(german)) {
      assert.deepEqual(kept(text), kept(key), key);
      assert.equal(text.split('\n').length, key.split('\n').length, key);
      assert.deepEqual(
        [/^\s*/.exec(text)?.[0], /\s*$/.exec(text)?.[0]],
        [/^\s*/.exec(key)?.[0], /\s*$/.exec(key)?.[0]],
        key,
      );
      assert.equal(/[.!?…]$/.exec(text)?.[0], /[.!?…]$/.exec(key)?.[0], `${key} → ${text}`);
    }
  });

  it('no message is told before anybody said which language is spoken', () => {
    assert.deepEqual(
      allMessages().filter(({ tooEarly }) => tooEarly),
      [],
    );
  });

  it('facts are put in once, where they belong, and are no messages themselves', () => {
    const told = (): string => t`the role ${'{1} the role'} on ${3}`;
    assert.equal(told(), 'the role {1} the role on 3');
    speak({ 'the role {0} on {1}': 'auf {1} die Rolle {0}', constructor: 'x' });
    assert.equal(told(), 'auf 3 die Rolle {1} the role');
    assert.equal(t`no message has this`, 'no message has this');
    assert.equal(t`toString`, 'toString');
  });

  it('an error, a moment of a job and a count in German; English again without a bundle', () => {
    const data = { cluster: 'prod', server: 'https://x:6443', message: 'connect ECONNREFUSED' };
    const all = (): string[] => [
      sentences(wordsFor('cluster.unreachable', data, editorHints)),
      progressText({ type: 'progress', phase: 'dump', bytes: 1e6, percent: 12 } as never),
      `${some(1, 'table')}, ${some(2, 'table')}`,
      jobLabel({ request: requestOf('copy', ['prod/shop/pg-0/orders', 'test/shop/pg-1/orders']) }),
    ];
    const english = all();
    speak(german);
    const [error = '', moment = '', tables = '', label = ''] = all();
    assert.match(error, /^prod: ist unter https:\/\/x:6443 nicht erreichbar\.\nconnect ECONNREFUSED\n/);
    assert.match(moment, /^Abzug läuft · 12 % · 1\.0 MB/);
    assert.equal(tables, '1 Tabelle, 2 Tabellen');
    assert.equal(label, 'orders kopieren');
    speak(undefined);
    assert.deepEqual(all(), english);
  });
});
