import assert from 'node:assert/strict';
import { Linter } from 'eslint';
import fc from 'fast-check';
import { isAppError } from '../../../src/core/base/errors';
import { execute, query } from '../../../src/core/pod/server/sql';
import { foreign, toolCommand, type Tool } from '../../../src/core/postgres/tools/access';
import { databaseArgument, quoteIdentifier, quoteLiteral } from '../../../src/core/postgres/sql/quote';
import { sessionOptions, sessionSettings, settingStatement } from '../../../src/core/postgres/tools/session';
import { startServer, type Server } from '../../lab/servers';
import { oneSession } from '../../tools/oneSession.mjs';
import { execIn, openServer } from '../openServer';

const tools: readonly Tool[] = ['psql', 'pg_dump', 'pg_restore', 'pg_dumpall'];

describe('a session', () => {
  it('is born with settings, whatever tool begins it and whatever the container has in its environment', () => {
    for (const tool of tools)
      for (const superuser of [undefined, false, true])
        for (const serverVersion of [undefined, 130000, 150018, 180006]) {
          const access = {
            bin: '',
            user: 'me',
            ...(superuser === undefined ? {} : { superuser }),
            ...(serverVersion === undefined ? {} : { serverVersion }),
          };
          const argv = toolCommand(access, tool, ['-w'], { PGAPPNAME: 'x' }, { lock_timeout: '3s' });
          const options = argv.find((one) => one.startsWith('PGOPTIONS='));
          assert.match(options ?? '', /-c search_path=pg_catalog,pg_temp .*-c lock_timeout=3s /);
          assert.equal(/ event_triggers=off/.test(options ?? ''), superuser === true && serverVersion === 180006);
          assert.equal(/ lc_messages=C/.test(options ?? ''), superuser === true);
          assert.equal(argv.includes('-X'), tool === 'psql');
          const taken = argv.filter((_, at) => argv[at - 1] === '-u');
          assert.deepEqual(
            taken,
            foreign.filter((name) => name !== 'PGAPPNAME'),
          );
          assert.ok(argv.indexOf('PG_COLOR=never') > 0 && argv.indexOf('PG_COLOR=never') < argv.indexOf(tool));
        }
  });

  it('is written so that no value of a setting ends it', () => {
    assert.equal(sessionOptions({ a: 'b c\\d' }), '-c a=b\\ c\\\\d');
  });

  it('is made in one place: the linter refuses an argv made elsewhere', () => {
    const linter = new Linter();
    const faults = (code: string): number =>
      linter.verify(code, { plugins: { s: { rules: { one: oneSession } } }, rules: { 's/one': 'error' } }).length;
    const bad = [
      `run(['psql', '-c', 'select 1'])`,
      'run([`${bin}/pg_dump`, "-Fc"])',
      `run(['sh', '-c', 'exec psql -X'])`,
      `const program = 'pg_restore'`,
      `run(['env', '/usr/bin/vacuumdb'])`,
      `run({ PGOPTIONS: '-c a=b' })`,
    ];
    const good = [
      `toolCommand(access, 'psql', ['-c', 'x'])`,
      `fail('exec.failed', { tool: 'pg_dump' })`,
      `tell('the pg_dump of the pod')`,
    ];
    assert.deepEqual(
      bad.map(faults),
      bad.map(() => 1),
    );
    assert.deepEqual(
      good.map(faults),
      good.map(() => 0),
    );
  });
});

describe('a name or a text for SQL', () => {
  it('is refused where it holds a zero byte, wherever in it', () => {
    const around = fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(around, ([before, after]) => {
        for (const quote of [quoteIdentifier, quoteLiteral, databaseArgument])
          assert.throws(
            () => quote(`${before}\0${after}`),
            (error) => isAppError(error, 'name.invalid') && !JSON.stringify(error.data).includes('\\u0000'),
          );
      }),
    );
  });
});

for (const major of [15, 18] as const) {
  describe(`a session of PostgreSQL ${major}`, function () {
    this.timeout(120_000);
    let server: Server;
    before(async () => {
      server = await startServer({ major });
      await server.sql('postgres', `create role owner login; create role other; grant other to owner`);
      await server.sql('postgres', 'create database own owner owner');
    });
    after(() => server.stop());

    /** What a session of ours has of the settings that it is born with. */
    async function shown(user: string, env: Readonly<Record<string, string>> = {}): Promise<Record<string, string>> {
      const open = await openServer(server, { PGUSER: user });
      const ours = {
        exec: execIn(server, { PGUSER: user, ...env }),
        access: { ...open.facts.access, user, superuser: user === 'postgres' },
      };
      const names = Object.keys(sessionSettings(ours.access, 'read'));
      const fields = names.map((name) => `${quoteLiteral(name)}, current_setting(${quoteLiteral(name)})`);
      const [found] = await query<Record<string, string>>(ours, 'own', `select json_build_object(${fields.join()})`);
      return found ?? {};
    }

    it('has them, whatever the database, the role, both together and the container say', async () => {
      const says: Readonly<Record<string, string>> = {
        search_path: 'evil, pg_catalog',
        role: 'other',
        client_min_messages: 'debug5',
        statement_timeout: '1ms',
        lock_timeout: '1ms',
        idle_in_transaction_session_timeout: '1ms',
        default_transaction_read_only: 'on',
        default_transaction_isolation: 'serializable',
        default_transaction_deferrable: 'on',
        exit_on_error: 'on',
        row_security: 'on',
        quote_all_identifiers: 'on',
        standard_conforming_strings: 'off',
        transform_null_equals: 'on',
        array_nulls: 'off',
        bytea_output: 'escape',
        xmlbinary: 'hex',
        DateStyle: 'German',
        IntervalStyle: 'iso_8601',
        TimeZone: 'Asia/Tokyo',
        extra_float_digits: '-15',
        idle_session_timeout: '1ms',
        ...(major >= 17 ? { transaction_timeout: '1ms' } : {}),
      };
      const ofSuperusers = {
        session_replication_role: 'replica',
        zero_damaged_pages: 'on',
        ignore_checksum_failure: 'on',
      };
      for (const [name, value] of Object.entries({ ...says, ...ofSuperusers })) {
        const list = name === 'search_path' ? value : quoteLiteral(value);
        const whose = ['database own', ...(name in says ? ['role owner', 'role owner in database own'] : [])];
        for (const one of [...whose, 'role postgres in database own'])
          await server.sql('postgres', `alter ${one} set ${name} = ${list}`);
      }
      const env = { PGOPTIONS: '-c search_path=evil', PGTZ: 'Asia/Tokyo', PGDATESTYLE: 'German', PGDATABASE: 'none' };
      for (const user of ['owner', 'postgres']) {
        const superuser = user === 'postgres';
        if (!superuser)
          for (const name of Object.keys(ofSuperusers))
            await server.sql('postgres', `alter database own reset ${name}`);
        const wanted = sessionSettings({ superuser, serverVersion: major * 10_000 }, 'read');
        const { DateStyle, ...found } = await shown(user, env);
        assert.deepEqual({ ...found, DateStyle: DateStyle?.replace(' ', '') }, wanted);
      }
    });

    it('has them again after an archive has set them otherwise', async () => {
      const open = await openServer(server);
      const settings = sessionSettings(open.facts.access, 'read');
      const sql = `create schema evil; create function evil.set_config(text, text, boolean) returns text language sql as 'select null::text';
set search_path = evil, pg_catalog; set role other; set row_security = on;
${settingStatement(settings)} select json_build_object('path', current_setting('search_path'), 'role', current_user, 'rows', current_setting('row_security'))`;
      assert.deepEqual(await query({ exec: open.exec, access: open.facts.access }, 'own', sql), [
        { path: 'pg_catalog,pg_temp', role: 'postgres', rows: 'off' },
      ]);
    });

    it('runs no script that holds a zero byte', async () => {
      const open = await openServer(server);
      const before = open.exec.ran.length;
      const place = { exec: open.exec, access: open.facts.access };
      await assert.rejects(execute(place, 'own', 'select 1; -- \0'), { code: 'internal' });
      assert.equal(open.exec.ran.length, before);
    });
  });
}
