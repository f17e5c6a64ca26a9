import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { ScriptReader, type ScriptPart } from '../../../../src/core/postgres/plain/scriptReader';
import { postgresBinaries } from '../../../lab/binaries';
import { ScriptedBackend, trimmed, type Sent } from './scriptedBackend';

describe('a script of SQL is divided as psql divides it', function () {
  this.timeout(180_000);
  let folder: string;
  let psql: string;

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'script-'));
    psql = path.join(await postgresBinaries(18), 'psql');
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('whatever stands in it, in pieces of any size', async () => {
    const runs = Number(process.env['SCRIPT_RUNS'] ?? 60);
    const seed = Number(process.env['SCRIPT_SEED'] ?? 20261130);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...pieces), { maxLength: 120 }), fc.nat(), async (words, cut) => {
        const script = Buffer.from(`${words.join('')}\n`);
        const expected = (await byPsql(script)).filter((one) => !('query' in one) || !isComment(one.query));
        const found = await byReader(script, 1 + (cut % 700));
        // what psql does with commands of its own is not what we do
        fc.pre(!found.hasCommand);
        assert.deepEqual(found.sent, expected.slice(0, found.sent.length));
        // what has no end is for psql to send or not; we say that it is not whole
        assert.ok(expected.length - found.sent.length <= (found.isUnfinished ? 1 : 0), `${expected.length} sent`);
      }),
      { numRuns: runs, seed },
    );
  });

  const cases: Record<string, { readonly script: string; readonly parts: readonly Partial<ScriptPart>[] }> = {
    'a byte order mark, lines ended by CR LF': {
      script: '\u00ef\u00bb\u00bfselect 1;\r\nCOPY t FROM STDIN;\r\na\r\n\\.\r\nselect 2;\r\n',
      parts: [
        { kind: 'statement' },
        { kind: 'copy' },
        { kind: 'rows' },
        { kind: 'rowsEnd', ended: true },
        { kind: 'statement', line: 5 },
      ],
    },
    'commands for psql are told, wherever they stand': {
      script: "\\! id\nselect 1 \\gexec\nselect 2;\\i x\n select ';\\! no' ;",
      parts: [
        { kind: 'command', name: '!', begun: false, line: 1 },
        { kind: 'command', name: 'gexec', begun: true, line: 2 },
        { kind: 'statement' },
        { kind: 'command', name: 'i', rest: 'x', line: 3 },
        { kind: 'statement', line: 4 },
      ],
    },
    'rows are rows, also where no table takes them': {
      script: 'COPY nowhere FROM STDIN;\n\\! touch x\n;drop table t;\n\\.\nselect 1;',
      parts: [{ kind: 'copy' }, { kind: 'rows' }, { kind: 'rowsEnd', ended: true }, { kind: 'statement', line: 5 }],
    },
    'rows without an end are not whole': {
      script: 'COPY t FROM STDIN;\na\n\\.b\n',
      parts: [{ kind: 'copy' }, { kind: 'rows' }, { kind: 'rowsEnd', ended: false }],
    },
    'a quotation without an end is not whole': { script: "select 'a;\n", parts: [{ kind: 'unfinished' }] },
    'pg_dump says first and last that it is its own': {
      script: '--\n-- PostgreSQL database dump\n--\nselect 1;\n--\n-- PostgreSQL database dump complete\n--\n',
      parts: [{ kind: 'mark', complete: false }, { kind: 'statement' }, { kind: 'mark', complete: true }],
    },
    'what a row or a string says is no such mark': {
      script:
        "COPY t FROM STDIN;\n-- PostgreSQL database dump complete\n\\.\nselect '\n-- PostgreSQL database dump complete\n';",
      parts: [{ kind: 'copy' }, { kind: 'rows' }, { kind: 'rowsEnd', ended: true }, { kind: 'statement' }],
    },
  };
  for (const [title, { script, parts }] of Object.entries(cases)) {
    it(title, async () => {
      for (const size of [1, 7, 10_000]) {
        const found = joined(await partsOf(Buffer.from(script, 'latin1'), size));
        assert.equal(found.length, parts.length, JSON.stringify(found));
        for (const [at, part] of parts.entries()) assert.partialDeepStrictEqual(found[at], part);
      }
    });
  }

  async function byPsql(script: Buffer): Promise<Sent[]> {
    const backend = new ScriptedBackend();
    try {
      const port = await backend.listen();
      const file = path.join(folder, 'script.sql');
      await writeFile(file, script);
      const env = { PATH: '/usr/bin:/bin', PGSSLMODE: 'disable', PGGSSENCMODE: 'disable', PGCLIENTENCODING: 'UTF8' };
      const args = ['-X', '-q', '-h', '127.0.0.1', '-p', String(port), '-U', 'u', '-d', 'd', '-f', file];
      await execa(psql, args, { env, extendEnv: false, reject: false, timeout: 30_000 });
      return backend.sent.map((one) => ('query' in one ? { query: bare(one.query) } : one));
    } finally {
      backend.close();
    }
  }
});

/** Words of SQL that make it hard to see where a statement ends. No variables and no commands of psql. */
const pieces = [
  ...["'", "''", "E'", "e'\\''", "U&'", "b'", "x'", '"', 'U&"', '$$', '$a$', '$a$', '$1', 'a$$b', 'a$b$'],
  ...[
    ';',
    ';\n',
    ' ',
    '\n',
    '\t',
    '(',
    ')',
    ',',
    '--',
    '-- x\n',
    '-- ; \n',
    '/*',
    '*/',
    '/* ; */',
    '/',
    '*',
    '-',
    '@-',
  ],
  ...['create ', 'or ', 'replace ', 'function ', 'procedure ', 'begin ', 'atomic ', 'end ', 'end;', 'case ', 'if '],
  ...[
    'select 1',
    'x',
    'É',
    '_',
    '1',
    '1.5',
    '::text',
    'foo ',
    'E',
    'return ',
    '\n;\nselect 2;\n',
    "'a'\n'b'",
    "E'a'\n'\\''",
  ],
  // a semicolon alone behind the rows ends psql 18, silently
  ...[
    'COPY t FROM STDIN;\na\tb\n\\.\nselect 4;\n',
    ';COPY t FROM STDIN;\n\\N\t;\n-- x\n\\.x\n\n\\.\nselect 4;\n',
    ';\nCOPY t FROM STDIN; select 3;\nrow\n\\.\nselect 4;\n',
  ],
];

/** Without the semicolons at its end: whether they belong to it, in a comment perhaps, is not looked at. */
function bare(query: string): string {
  let end = query.length;
  while (end > 0 && /[;\s]/.test(query[end - 1] ?? '')) end -= 1;
  return trimmed(query.slice(0, end));
}

/** Of comments alone: psql sends them where they stand at the end of the script. */
function isComment(query: string): boolean {
  return trimmed(query.replaceAll(/\/\*[^]*?\*\//g, '')) === '';
}

async function partsOf(script: Buffer, size: number): Promise<ScriptPart[]> {
  const parts: ScriptPart[] = [];
  for await (const part of new ScriptReader(inPieces(script, size)).parts()) parts.push(part);
  return parts;
}

/** Rows in one piece. */
function joined(parts: readonly ScriptPart[]): ScriptPart[] {
  const all: ScriptPart[] = [];
  for (const part of parts) {
    const last = all.at(-1);
    if (part.kind === 'rows' && last?.kind === 'rows') {
      all[all.length - 1] = { kind: 'rows', bytes: Buffer.concat([last.bytes, part.bytes]) };
    } else all.push(part);
  }
  return all;
}

async function byReader(
  script: Buffer,
  size: number,
): Promise<{ sent: Sent[]; isUnfinished: boolean; hasCommand: boolean }> {
  const sent: Sent[] = [];
  let isUnfinished = false;
  let hasCommand = false;
  let rows = '';
  for (const part of await partsOf(script, size)) {
    if (part.kind === 'statement' || part.kind === 'copy') {
      const query = bare(part.text.toString('latin1'));
      if (!isComment(query)) sent.push({ query });
    }
    if (part.kind === 'rows') rows += part.bytes.toString('latin1');
    if (part.kind === 'rowsEnd') {
      sent.push({ rows });
      rows = '';
      isUnfinished ||= !part.ended;
    }
    isUnfinished ||= part.kind === 'unfinished';
    hasCommand ||= part.kind === 'command';
  }
  return { sent, isUnfinished, hasCommand };
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
