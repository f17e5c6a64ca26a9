import assert from 'node:assert/strict';
import { link, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { ferry, startFerry, told, type FerrySetting, type Run } from './ferry';
import { fingerprint } from './independent';
import { places, startLab, type Lab } from './lab';

/** In every column that could hold words a marker of its own; `stayed` is in one that is kept, to show that what is looked for would be found. */
const data = `
  create extension citext; create extension hstore;
  create type mood as enum ('calm', 'loud'); create type place as (street text, town varchar(40));
  create domain mail as text check (value ~ '@'); create domain many as text[];
  create table people (
    id int generated always as identity primary key, c_text text, c_varchar varchar(60), c_char char(40), c_citext citext unique, c_name name, c_json json, c_jsonb jsonb, c_xml xml, c_bytea bytea,
    c_array text[], c_tsvector tsvector, c_tsquery tsquery, c_inet inet, c_domain mail not null unique, c_many many, c_place place, c_places place[], c_enum mood, c_hstore hstore, c_code varchar(20) unique, c_phone text, c_iban text,
    c_birth date, c_upper text generated always as (upper(c_text)) stored, c_kept text);
  insert into people (c_text, c_varchar, c_char, c_citext, c_name, c_json, c_jsonb, c_xml, c_bytea, c_array, c_tsvector, c_tsquery, c_inet, c_domain, c_many, c_place, c_places, c_enum, c_hstore, c_code, c_phone, c_iban, c_birth, c_kept)
  select 'canary-text ' || i, 'canary-varchar ' || i, 'canary-char ' || i, 'Canary-Citext' || i || '@example.org', 'canary-name ' || i, json_build_object('canary-member', 'canary-json ' || i),
    jsonb_build_object('mail', 'canary-domain' || i || '@example.org', 'list', jsonb_build_array('canary-jsonb')), xmlparse(content '<p>canary-xml</p>'), convert_to('canary-bytea ' || i, 'UTF8'),
    array['canary-array ' || i, null, 'with, comma'], to_tsvector('simple', 'canarylexeme word'), to_tsquery('simple', 'canaryquery'), ('10.77.' || i % 250 || '.1')::inet, 'canary-domain' || i || '@example.org', array['canary-many']::many,
    row('canary-street "x"', 'canary-town')::place, array[row('canary-places', 'b')::place], 'loud', hstore('canary-hkey', 'canary-hvalue'), 'CANARY' || lpad(i::text, 6, '0'), '+49 170 ' || lpad(i::text, 7, '0'), 'DE89370400440532013000',
    date '1980-01-01' + i, 'stayed-' || i
  from generate_series(1, 1000) i;
  create table visits (who mail references people (c_domain), note text, at timestamptz default now());
  insert into visits select 'canary-domain' || i || '@example.org', 'canary-note ' || i from generate_series(1, 1000) i;
  create table audit (line text); insert into audit values ('canary-audit');
  create table plain (id int, n numeric); insert into plain select i, i * 1.5 from generate_series(1, 300) i;
  create materialized view matview as select c_text, c_domain from people;
  create statistics both_of_them (mcv) on c_varchar, c_phone from people; analyze;
  comment on table people is 'canary-comment'; comment on column people.c_text is 'canary-column-comment';
  do $$ begin perform lo_from_bytea(70001, convert_to('canary-object', 'UTF8')); end $$; comment on large object 70001 is 'canary-object-comment'`;

const rules = `
version: 1
largeObjects: none
columns:
  - {match: "*.people.c_text", as: redact}
  - {match: "*.people.c_varchar", as: name}
  - {match: "*.people.c_char", as: hash}
  - {match: "*.people.c_citext", as: email}
  - {match: "*.people.c_name", as: hash}
  - {match: "*.people.c_json", as: json, paths: {"$.x": keep}}
  - {match: "*.people.c_jsonb", as: json, paths: {"$.mail": email}}
  - {match: "*.people.c_xml", as: redact}
  - {match: "*.people.c_bytea", as: hash}
  - {match: "*.people.c_array", as: hash}
  - {match: "*.people.c_tsvector", as: hash}
  - {match: "*.people.c_tsquery", as: null}
  - {match: "*.people.c_inet", as: ip}
  - {match: "*.people.c_domain", as: email}
  - {match: "*.people.c_many", as: redact}
  - {match: "*.people.c_place", as: record, fields: {street: redact, town: name}}
  - {match: "*.people.c_places", as: record, fields: {street: redact, town: name}}
  - {match: "*.people.c_enum", as: fixed, value: calm}
  - {match: "*.people.c_hstore", as: null}
  - {match: "*.people.c_code", as: key}
  - {match: "*.people.c_phone", as: phone}
  - {match: "*.people.c_iban", as: iban}
  - {match: "*.people.c_birth", as: date, shift: id}
  - {match: "*.people.c_kept", as: keep}
  - {match: "*.visits.who", as: email}
  - {match: "*.visits.note", as: redact}
  - {match: "*.audit", rows: none}
`;

/** As text, as the hexadecimal digits that bytea is written in, and words that a shape would keep. */
const secret = /canary|63616e617279/i;

describe('copies that are masked', function () {
  this.timeout(400_000);
  let lab: Lab;
  let folder: string;
  let setting: FerrySetting;
  let file: string;

  before(async () => {
    lab = await startLab({ only: ['source', 'pg16'], scale: 0.1 });
    folder = await mkdtemp(join(tmpdir(), 'dbf-masked-'));
    file = join(folder, 'masking.yaml');
    await writeFile(file, rules);
    await mkdir(join(folder, 'tmp'));
    setting = {
      kubeconfig: lab.kubeconfig,
      root: join(folder, 'root'),
      env: { XDG_STATE_HOME: join(folder, 'state'), TMPDIR: join(folder, 'tmp') },
    };
    await lab.server('source').sql('postgres', 'create database people');
    await lab.server('source').sql('people', data);
  });
  after(async () => {
    await lab.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function expectExit(code: number, ...args: string[]): Promise<Run> {
    const run = await ferry(setting, ...args);
    assert.equal(run.exitCode, code, told(run));
    return run;
  }

  const mails = async (database: string): Promise<string[]> => {
    const rows = await lab.server('pg16').sql<{ c_domain: string }>(database, 'select c_domain from people');
    return rows.map((row) => row.c_domain).sort();
  };

  it('no value of a masked column is anywhere: in no file while it runs or after it, no event, no report, no file of the target server', async () => {
    const seen = new Seen(folder, join(folder, 'seen'));
    const { ended, events } = startFerry(
      ...([setting, 'copy', `${places.source}/people`, `${places.pg16}/people`] as const),
      ...['--mask', file, '--keep', '--create-roles', '--compress', 'none'],
    );
    const run = await seen.during(ended);
    assert.equal(run.exitCode, 0, told(run));
    assert.doesNotMatch(JSON.stringify(events) + run.stderr, secret);
    const files = await seen.files();
    assert.ok(
      ['database.dump', 'manifest.json', 'report.md', 'events.ndjson', 'log.txt'].every((name) =>
        files.some((one) => one.includes(name)),
      ),
      files.join(),
    );
    const holding = await filesMatching(files, secret);
    assert.deepEqual(holding, []);
    assert.ok((await filesMatching(files, /stayed-77/)).length > 0);

    const target = lab.server('pg16');
    await target.sql('people', 'analyze');
    assert.deepEqual(await target.sql('people', search), []);
    // its tables, indexes, log of changes and temporary files, byte for byte
    await target.sql('people', 'checkpoint');
    const bytes = await filesIn(target.data);
    assert.deepEqual(await filesMatching(bytes, secret), []);
    assert.ok((await filesMatching(bytes, /stayed-77/)).length > 0);
    const report = await readFile(join(String(run.result.data['folder']), 'report.md'), 'utf8');
    assert.match(report, /\| public\.people\.c\\?_citext \| email \| 1,000 \| 0 \| 0 \| 0 \|/);
    assert.match(report, /The one table that no rule changes has the digest of the source/);
  });

  it('is a database that works: joins, unique columns, computed values and views are those of the masked rows', async () => {
    const [found] = await lab.server('pg16').sql(
      'people',
      `select (select count(*)::int from people p join visits v on v.who = p.c_domain and p.c_jsonb ->> 'mail' = v.who) as joined,
      (select count(distinct c_citext)::int from people) as citexts, (select count(distinct c_code)::int from people) as codes,
      (select count(*)::int from people where c_upper = upper(c_text)) as computed, (select count(*)::int from matview m join people p using (c_domain)) as viewed,
      (select count(*)::int from audit) as audit, (select count(*)::int from people where c_kept like 'stayed-%') as kept,
      (select count(*)::int from people where c_birth = date '1980-01-01' + id) as birthdays, (select count(*)::int from people where c_places[1].street = '[redacted]') as places`,
    );
    assert.deepEqual(found, {
      ...{ joined: 1000, citexts: 1000, codes: 1000, computed: 1000, viewed: 1000, audit: 0, kept: 1000 },
      ...{ birthdays: 0, places: 1000 },
    });
  });

  it('the next one joins with it under the same key, and one for another target does not', async () => {
    const before = await mails('people');
    const again = ['copy', `${places.source}/people`, `${places.pg16}/people`, '--mask', file, '--as', 'replace'];
    await expectExit(0, ...again, '--yes');
    assert.deepEqual(await mails('people'), before);
    await expectExit(0, 'copy', `${places.source}/people`, `${places.pg16}/other`, '--mask', file);
    const other = new Set(await mails('other'));
    assert.equal(other.size, 1000);
    assert.deepEqual(
      before.filter((mail) => other.has(mail)),
      [],
    );
  });

  it('a column that came since is named, nothing is made, and what is there stays', async () => {
    await lab.server('source').sql('people', `alter table visits add remark text default 'canary-new'`);
    const files = (await filesIn(setting.root)).sort();
    const refused = await expectExit(
      1,
      ...['copy', `${places.source}/people`, `${places.pg16}/refused`, '--mask', file],
    );
    assert.equal(refused.result.error?.code, 'mask.refused');
    assert.match(JSON.stringify(refused.result.error), /"table":"public.visits","column":"remark"/);
    assert.doesNotMatch(JSON.stringify(refused.events) + refused.stderr, secret);
    const checked = await expectExit(4, 'mask', 'check', `${places.source}/people`, '--mask', file);
    assert.match(JSON.stringify(checked.events), /"column":"remark"/);
    const [there] = await lab
      .server('pg16')
      .sql('postgres', `select count(*)::int as n from pg_database where datname ~ 'refused'`);
    assert.deepEqual(there, { n: 0 });
    assert.deepEqual((await filesIn(setting.root)).sort(), files);
    await lab.server('source').sql('people', 'alter table visits drop column remark');
  });

  it('encrypted as well: no name of a column is in clear, and who restores it is told that it is masked', async () => {
    const key = join(folder, 'recovery.key');
    await expectExit(0, 'keys', 'init', key);
    const named = ['--mask', file, '--mask-key', `${places.pg16}/people`, '--encrypt'];
    const taken = await expectExit(0, 'backup', `${places.source}/people`, ...named);
    const backup = String(taken.result.data['backup']);
    const clear = await readFile(join(String(taken.result.data['folder']), 'manifest.json'), 'utf8');
    assert.match(clear, /"masked":/);
    assert.doesNotMatch(clear, /c_citext|people\.|visits|audit/);
    const listed = await expectExit(0, 'backups');
    assert.ok(listed.events.some((event) => 'masked' in event && 'id' in event && event['id'] === backup));
    const restore = await expectExit(0, 'restore', backup, `${places.pg16}/opened`, '--identity', key);
    const said = restore.events.find((event) => JSON.stringify(event).includes('backup.masked'));
    assert.match(JSON.stringify(said), /"level":"note".*"columns":25,"emptied":1/);
    // by the key of the other target: it joins with that one
    assert.deepEqual(await mails('opened'), await mails('people'));
  });

  it('rules that mask plan proposed are enough for a database of real life: what they change is gone, all else is the same', async () => {
    const plan = await expectExit(0, 'mask', 'plan', `${places.source}/shop`);
    const proposals = plan.events.filter((event) => event['type'] === 'proposal') as unknown as Proposal[];
    assert.ok(proposals.length > 50);
    const lines = proposals.map(({ match, as }) => `  - {match: ${JSON.stringify(match)}, as: ${as ?? 'keep'}}`);
    const of = join(folder, 'shop.yaml');
    await writeFile(of, `largeObjects: keep\ndefinitions: keep\ncolumns:\n${lines.join('\n')}\n`);
    const copied = await expectExit(
      ...([0, 'copy', `${places.source}/shop`, `${places.pg16}/shop`, '--mask', of, '--create-roles'] as const),
    );
    const masked = copied.result.data.masked!;
    assert.ok(masked.columns.some(({ table, column }) => table === 'customers' && column === 'email'));
    const [from, to] = [await lab.server('source').connect('shop'), await lab.server('pg16').connect('shop')];
    try {
      const [left, right] = [await fingerprint(from), await fingerprint(to)];
      const names = [...left.keys()].filter((name) => name.startsWith('rows '));
      const changed = new Set(masked.columns.map(({ schema, table }) => `rows ${schema}.${table}`));
      const others = names.filter((name) => left.get(name) !== right.get(name)).map((name) => name.replaceAll('"', ''));
      assert.deepEqual(
        others.filter((name) => !changed.has(name)),
        [],
      );
      assert.ok(names.length - others.length > 20);
      for (const { schema, table, column } of masked.columns) {
        const sql = `select distinct ${column}::text as v from ${schema}.${table} where ${column}::text not in ('', '[redacted]', '{}', '\\x')`;
        const [was, is] = [await from.query<{ v: string }>(sql), await to.query<{ v: string }>(sql)];
        const before = new Set(was.rows.map(({ v }) => v));
        const left = is.rows.filter(({ v }) => before.has(v));
        // dates that moved meet others that did, addresses of a small net too
        if (!/^\d{4}-|^[\d.:a-f/]+$/.test(is.rows[0]?.v ?? '')) assert.deepEqual(left, [], `${table}.${column}`);
      }
    } finally {
      await from.end();
      await to.end();
    }
  });
});

interface Proposal {
  readonly match: string;
  readonly as?: string;
}

/** By SQL alone: every table, view, comment, large object, statistic, default and definition. */
const search = `
  with words as (
    select 'relation ' || oid::regclass as at, query_to_xml(format('select * from %s', oid::regclass), true, true, '')::text as said from pg_class where relkind in ('r', 'm', 'v', 'p') and relnamespace = 'public'::regnamespace
    union all select 'comments', string_agg(description, ' ') from pg_description
    union all select 'labels', string_agg(label, ' ') from pg_seclabel
    union all select 'large objects', string_agg(encode(data, 'escape'), ' ') from pg_largeobject
    union all select 'statistics', string_agg(concat(most_common_vals, histogram_bounds, most_common_elems), ' ') from pg_stats
    union all select 'extended statistics', string_agg(concat(most_common_vals), ' ') from pg_stats_ext
    union all select 'defaults', string_agg(pg_get_expr(adbin, adrelid), ' ') from pg_attrdef
    union all select 'functions', string_agg(prosrc, ' ') from pg_proc
    union all select 'labels of enums', string_agg(enumlabel, ' ') from pg_enum)
  select at from words where said ~* 'canary|63616e617279'`;

/** Keeps every file that is in a folder at any time, by a second name. */
class Seen {
  readonly #of: string;
  readonly #kept: string;
  readonly #known = new Set<string>();

  constructor(of: string, kept: string) {
    this.#of = of;
    this.#kept = kept;
  }

  async during<T>(ended: Promise<T>): Promise<T> {
    await mkdir(this.#kept);
    const over = new AbortController();
    const watching = (async () => {
      while (!over.signal.aborted) {
        await this.#look();
        await setTimeout(20);
      }
      await this.#look();
    })();
    try {
      return await ended;
    } finally {
      over.abort();
      await watching;
    }
  }

  async files(): Promise<string[]> {
    return filesIn(this.#kept);
  }

  async #look(): Promise<void> {
    for (const file of await filesIn(this.#of, this.#kept)) {
      const at = await stat(file).catch(() => undefined);
      if (at === undefined || file.endsWith('masking.yaml')) continue;
      const name = `${at.ino}-${file.slice(this.#of.length).replaceAll('/', '%')}`;
      if (this.#known.has(name)) continue;
      this.#known.add(name);
      await link(file, join(this.#kept, name)).catch(() => this.#known.delete(name));
    }
  }
}

async function filesIn(folder: string, but?: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.parentPath !== but)
    .map((entry) => join(entry.parentPath, entry.name));
}

async function filesMatching(files: readonly string[], pattern: RegExp): Promise<string[]> {
  const found: string[] = [];
  for (const file of files) {
    const text = await readFile(file, 'latin1').catch(() => '');
    if (pattern.test(text)) found.push(file);
  }
  return found;
}
