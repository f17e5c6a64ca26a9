import type { Finding } from '../../../src/core/base/finding';
import assert from 'node:assert/strict';
import { parse } from 'yaml';
import { cliHints } from '../../../src/cli/hints';
import { editorHints } from '../../../src/ui/hints';
import { errorWords, sentences, wordsFor } from '../../../src/words/errorWords';
import { findingWords } from '../../../src/words/findingWords';
import { noteWords } from '../../../src/words/noteWords';
import { neededRule } from '../../../src/words/neededRule';

const errorCodes = Object.keys(errorWords);
const hosts = { cli: cliHints, editor: editorHints };

describe('words', () => {
  for (const [host, hints] of Object.entries(hosts)) {
    it(`they are sentences, also with no data at all: ${host}`, () => {
      for (const code of errorCodes) {
        const { what, why, todo } = wordsFor(code, {}, hints);
        for (const sentence of [what, why, todo]) {
          assert.ok(sentence === undefined || !/undefined|\[object/.test(sentence), sentence);
        }
        if (code !== 'cancelled') assert.ok(todo, `${code} says nothing to do`);
        if (todo !== undefined) assert.match(todo, /^[A-Z][^]*[^.]\.$/, code);
        assert.ok(what.length > 5);
      }
    });
  }

  it('the editor sends nobody to commands of the command line', () => {
    for (const code of errorCodes) {
      const { todo = '' } = wordsFor(code, { job: 'j1' }, editorHints);
      assert.doesNotMatch(todo, /db-ferry|--/, code);
    }
  });

  it('they hold the facts', () => {
    const data = { cluster: 'prod', server: 'https://x:6443', message: 'connect ECONNREFUSED' };
    assert.match(
      sentences(wordsFor('cluster.unreachable', data, cliHints)),
      /prod: cannot be reached at https:\/\/x:6443.\nconnect/,
    );
    assert.match(
      sentences(wordsFor('cluster.unknown', { cluster: 'x', known: ['a', 'b'] }, cliHints)),
      /Known: a, b\./,
    );
  });

  it('damage is told by its facts, and as an earlier version wrote it down', () => {
    const told = (data: object): string => sentences(wordsFor('archive.damaged', data, cliHints));
    const block = { offset: 7, entry: 'TABLE DATA public.b', reason: 'block.other', found: 3, expected: 4 };
    assert.match(told(block), /at byte 7\.\ndata block 3 stands where 4 is expected \(in TABLE DATA public\.b\)\n/);
    const text = { offset: 9, entry: { number: 3, of: 10 }, reason: 'toc.text', what: 'schema' };
    assert.match(told(text), /\na schema's name holds what no text .* \(in entry 3 of 10\)\n/);
    assert.match(told({ reason: 'sql.statement', line: 12 }), /^The archive is damaged\.\nit ends .* in line 12\n/);
    const old = { offset: 7, entry: 'entry 3 of 10', reason: 'data block 3 stands where 4 is expected' };
    assert.match(told(old), /\ndata block 3 stands where 4 is expected \(in entry 3 of 10\)\n/);
  });

  it('a backup that is not what it was is told by the field, the file or the table, and as an earlier version wrote it down', () => {
    const told = (data: object): string => sentences(wordsFor('backup.damaged', { backup: 'b1', ...data }, cliHints));
    const field = { reason: 'manifest.field', at: 'source.pod', is: 'long' };
    assert.match(told(field), /\nthe manifest cannot be read: source\.pod: too long\n/);
    const one = { reason: 'manifest.field', at: 'origin', is: 'one', known: ['db-ferry', 'adopted'] };
    assert.match(
      told({ ...one, file: 'contents.json' }),
      /contents\.json cannot be read: origin: none of db-ferry, ad/,
    );
    const rows = { reason: 'archive.counted', table: 'public.b', expected: 3 };
    assert.match(told(rows), /\npublic\.b has 3 rows at the source and 0 rows in the archive\n/);
    assert.match(told({ reason: 'block.cut', offset: 9 }), /\nthe file ends inside a data block \(at byte 9\)\n/);
    assert.match(told({ reason: 'the archive is missing' }), /\nthe archive is missing\n/);
  });

  it('a kubeconfig or a reference that is none is told by its facts, and as an earlier version wrote it down', () => {
    const told = (code: string, data: object): string => sentences(wordsFor(code, data, cliHints));
    const problems = [{ file: '/a', reason: 'notHttps', context: 'x', protocol: 'http' }, '/b: it holds no context'];
    const none = told('cluster.none', { problems });
    assert.match(none, /Not read: \/a: context x: its server is reached by http, not by https\./);
    assert.match(none, /Not read: \/b: it holds no context\./);
    const field = { file: '/a', reason: 'fieldFile', field: 'client-key', why: 'unreadable', code: 'EACCES' };
    assert.match(told('cluster.kubeconfig', field), /file that it names as client-key: it cannot be read \(EACCES\)\./);
    assert.match(told('cluster.kubeconfig', { file: '/a', message: 'it is odd' }), /\n {0,2}It is odd\.\n/);
    assert.match(told('reference.invalid', { text: 'a//b', empty: 'namespace' }), /\nits namespace is empty\n/);
    assert.match(told('reference.invalid', { text: 'a//b', message: 'it is odd' }), /\nit is odd\n/);
    assert.doesNotMatch(told('reference.invalid', { text: 'a//b' }), /\?/);
    assert.match(told('restore.swap', { gone: 17 }), /no database with the OID 17 any more\./);
  });

  it('a disk that the system found full has no figures', () => {
    const { what, why } = wordsFor('disk.full', { message: 'ENOSPC: no space left on device, write' }, cliHints);
    assert.doesNotMatch(`${what} ${why}`, /\?/);
    assert.match(`${what} ${why}`, /full.*ENOSPC/);
  });

  it('what to do is said in the words of the host', () => {
    const todo = (hints: typeof cliHints): string | undefined => wordsFor('job.interrupted', { job: 'j1' }, hints).todo;
    assert.equal(todo(cliHints), 'To remove what it left, here and in the target: `db-ferry clean j1`.');
    assert.equal(
      todo(editorHints),
      'To remove what it left, here and in the target: right-click the job in the Jobs view and choose Clean Up.',
    );
  });

  it('sessions and commands that were not ended are told, both', () => {
    const told = (remaining: number, commands: number): string =>
      noteWords(
        'sessions.remain',
        { remaining, commands: { remaining: commands }, application: 'db-ferry-x' },
        cliHints,
      );
    assert.equal(told(1, 0), 'not ended: 1 session on the server, named db-ferry-x');
    assert.equal(told(0, 2), 'not ended: 2 commands in the pod, named db-ferry-x');
    assert.equal(told(2, 1), 'not ended: 2 sessions on the server and 1 command in the pod, named db-ferry-x');
  });

  it('what has no words is shown as it is', () => {
    assert.match(wordsFor('new.code', { n: 1 }, cliHints).what, /new\.code/);
    const finding = { level: 'warn', code: 'new.code', data: { n: 1 } } as unknown as Finding;
    assert.equal(findingWords(finding, cliHints), 'warning: new.code: n 1');
    assert.equal(noteWords('new.code', { list: ['a', 'b'] }, cliHints), 'new.code: list a, b');
  });
});

describe('the rule to ask for', () => {
  const rule = (message: string): Record<string, unknown>[] =>
    (neededRule({ namespace: 'shop', message }) ?? '').split('---\n').map((text) => parse(text) as never);

  it('is what the refusal lacks, for whom it refused', () => {
    const [role, binding] = rule(
      'pods is forbidden: User "jo@x: y" cannot list resource "pods" in the namespace "shop"',
    );
    assert.deepEqual(role?.['rules'], [
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: [''], resources: ['pods/exec'], verbs: ['get', 'create'] },
    ]);
    assert.deepEqual(role['metadata'], { name: 'db-ferry', namespace: 'shop' });
    assert.deepEqual(binding?.['subjects'], [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jo@x: y' }]);
  });

  it('knows service accounts', () => {
    const [, binding] = rule('User "system:serviceaccount:dev:jo" cannot list');
    assert.deepEqual(binding?.['subjects'], [{ kind: 'ServiceAccount', name: 'jo', namespace: 'dev' }]);
  });

  it('is for the user that is known', () => {
    const text = neededRule({ namespace: 'shop', user: 'jo', message: 'pods "x" is forbidden: ' }) ?? '';
    assert.match(text, /kind: User\n *name: "jo"/);
  });

  it('leaves the namespace open where none is named; there is none where nothing is missing', () => {
    assert.match(neededRule({ message: 'x' }) ?? '', /namespace: "<project>"/);
    assert.equal(neededRule({ namespace: 'shop', missing: [], message: 'x' }), undefined);
  });
});
