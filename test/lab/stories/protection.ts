import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { places } from '../lab';
import { ferryWith, latest, type Story, type Telling } from './story';

/** Encrypted before the first byte lands, kept elsewhere, given on without the people in it, and cleaned up with a reason for each. */
export const protectionStory: Story = {
  only: ['source', 'pg16'],
  scale: 0.02,
  tell,
};

const people = `
create table members (id int primary key, name text not null, email text not null unique, phone text, born date, note text);
insert into members select i, 'Ada Member ' || i, 'ada' || i || '@example.org', '+49 170 ' || lpad(i::text, 7, '0'), date '1970-01-01' + i, 'likes boats' from generate_series(1, 20000) i;
create table visits (id bigserial primary key, email text not null references members (email), at timestamptz not null);
insert into visits (email, at) select 'ada' || 1 + i % 20000 || '@example.org', timestamptz '2026-01-01 00:00:00+00' + i * interval '1 minute' from generate_series(1, 60000) i;`;

const rules = `version: 1
default: deny
columns:
  - {match: "*.members.name", as: name}
  - {match: "*.*.email", as: email}
  - {match: "*.members.phone", as: phone}
  - {match: "*.members.born", as: date, shift: id, days: 90}
  - {match: "*.members.note", as: redact}
`;

async function tell(telling: Telling): Promise<void> {
  const { lab, folder, root, ferry, say, title, seconds, started } = telling;
  const source = `${places.source}/club`;
  const copy = `${places.pg16}/club`;
  const key = join(folder, 'recovery.key');
  await lab.server('source').sql('postgres', 'create database club');
  await lab.server('source').sql('club', people);

  title('Encrypted: a recovery key first, and nothing in clear on any disk');
  say('There is no encrypted backup without a key that opens it on the worst day. It is a page to print:');
  await ferry('keys', 'init', key);
  const page = await readFile(key, 'utf8');
  say(
    page
      .split('\n')
      .slice(0, 6)
      .join('\n')
      .replace(/AGE-SECRET-KEY-1\S+/g, 'AGE-SECRET-KEY-1…'),
  );
  await ferry('backup', source, '--encrypt', '--reason', 'the protection story');
  const id = await latest(telling);
  const found = await holding(root, 'ada7@example.org');
  say(`files of the backup that hold ada7@example.org, or that pg_restore would read: ${found.length}`);
  if (found.length > 0) throw new Error(`something lies in clear: ${found.join(', ')}`);
  say('With the key it is proven to its last row; without it nobody reads it:');
  const without = await ferryWith(telling, ['verify', id]);
  if (without === 0) throw new Error('it was read without a key');
  await ferry('verify', id, '--identity', key);

  title('Kept elsewhere: a store that has a name');
  await addStore(telling);
  await ferry('stores', 'check', 'archive').catch(() => say('(what is named there is of this demo alone)'));
  await ferry('send', id, 'archive');
  say(
    'What arrived was read back before it counted. With --store archive it is listed, verified and restored from there as from here:',
  );
  await ferryWith({ lab, root: 'archive' }, ['backups']);

  title('Masked: a copy for development without the people in it');
  const file = join(folder, 'club.mask.yaml');
  await writeFile(file, rules.replace('  - {match: "*.members.note", as: redact}\n', ''));
  say('Somebody forgot a rule for a column. Nothing is copied, and the column is named:');
  const refused = await ferryWith(telling, ['copy', source, copy, '--mask', file]);
  if (refused === 0) throw new Error('a column without a rule was copied');
  await writeFile(file, rules);
  say(`\n${rules}`);
  await ferry('copy', source, copy, '--mask', file);
  const [seen] = await lab
    .server('pg16')
    .sql<{ all: number; originals: number; joined: number }>(
      'club',
      `select count(*)::int as all, count(*) filter (where email like '%@example.org' or note like '%boats%')::int as originals, (select count(*)::int from visits join members using (email)) as joined from members`,
    );
  say(
    `in the copy, asked in SQL: ${seen?.all} members, ${seen?.originals} original mails or notes, ${seen?.joined} visits that still find their member`,
  );
  if (seen?.originals !== 0 || seen.joined !== 60_000) throw new Error('the copy is not masked, or its joins broke');

  title('Cleaned up: a reason for each that stays and each that goes');
  await ferry('backup', source, '--encrypt');
  await ferry('hold', id, '--reason', 'the case of March');
  await ferry('backup', source, '--encrypt');
  await ferry('retain', '--keep-last', '1', '--min-verified', '1', '--dry-run');

  title('Report');
  say(`the whole story: ${seconds(started)}`);
}

/** The bucket that DB_FERRY_S3 names, or a second folder. */
async function addStore(telling: Telling): Promise<void> {
  const [named] = (process.env['DB_FERRY_S3'] ?? '').split(/\s+/);
  if (named !== undefined && named !== '') {
    const url = new URL(named);
    const { makeBucket } = await import('../../stores/setting');
    const bucket = await makeBucket(url);
    bucket.admin.destroy();
    Object.assign(process.env, {
      ARCHIVE_ACCESS_KEY_ID: decodeURIComponent(url.username),
      ARCHIVE_SECRET_ACCESS_KEY: decodeURIComponent(url.password),
    });
    await telling.ferry('stores', 'add', 'archive', bucket.address, '--endpoint', url.origin, '--login', 'env:ARCHIVE');
    return;
  }
  telling.say('(no bucket is named by DB_FERRY_S3: a second folder stands for one)');
  const second = join(telling.folder, 'second-store');
  await mkdir(second, { mode: 0o700 });
  await telling.ferry('stores', 'add', 'archive', second, '--price', '0.02');
}

/** Files below a folder that hold a text, or are an archive in clear. */
async function holding(folder: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const one of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!one.isFile()) continue;
    const bytes = await readFile(join(one.parentPath, one.name));
    if (bytes.includes(text) || bytes.includes('PGDMP')) found.push(one.name);
  }
  return found;
}
