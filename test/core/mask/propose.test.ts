import { factOf } from '../../tools/factOf';
import assert from 'node:assert/strict';
import { readLiveModel } from '../../../src/core/mask/plan/readLiveModel';
import { planMask } from '../../../src/core/mask/plan/planMask';
import { propose, type Proposal } from '../../../src/core/mask/plan/propose';
import { proposedRules } from '../../../src/words/proposedRules';
import { sampleTables } from '../../../src/core/mask/plan/sample';
import { readRules } from '../../../src/core/mask/rules/readRules';
import { MaskMaker } from '../../../src/core/mask/transform/buildMask';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';

/** The owner's own cast, operator and function would be called by a look that is not careful. */
const data = `
  create table clients (id int primary key, contact text, "E-Mail" text unique, c3 varchar(40), phone bigint, born date, addr inet, "card" text, misc jsonb, remark text, label text, hue text, secret bytea, price numeric);
  insert into clients select i, 'real' || i || '@example.com', 'x' || i, 'DE89370400440532013000', 491705550000 + i, '1980-01-01', '10.1.2.3', '4111111111111111',
    '{"mail": "real@example.com"}', case when i % 20 = 0 then 'call real@example.com' else 'nothing to say' end, 'a', 'green', '\\x00', 1.5 from generate_series(1, 300) i;
  create table "odd.schema" ("na""me.x" text); insert into "odd.schema" values ('plain');
  create type shade as enum ('dark'); create table parts (id int, kind shade, name text); insert into parts values (1, 'dark', 'bolt');
  create table stolen (what text);
  create function steal(text) returns text language plpgsql as $$ begin insert into public.stolen values ($1); return $1; end $$;
  create function public.octet_length(text) returns int language plpgsql as $$ begin insert into public.stolen values ($1); return 1; end $$;
  create function steal_shade(shade) returns text language plpgsql as $$ begin insert into public.stolen values (1); return 1; end $$;
  create cast (shade as text) with function steal_shade(shade) as implicit;
`;

describe('mask plan', () => {
  let server: Server;
  before(async () => {
    server = await startServer({ major: 16 });
    await server.sql('postgres', 'create database shop');
    await server.sql('shop', data);
  });
  after(async () => {
    await server.stop();
  });

  it('proposes by names and by values, says nothing of a value, calls nothing of the owner, and its file is read by the rules', async () => {
    const pod = await openServer(server);
    const how = { application: 'db-ferry-mask', signal: new AbortController().signal };
    const model = await readLiveModel(pod, 'shop', how);
    const samples = await sampleTables({ exec: pod.exec, access: pod.facts.access }, 'shop', model.tables, how);
    const proposals = propose(model, samples);
    const said = proposals.map(
      (one: Proposal) => `${one.table}.${one.column} ${one.as ?? '?'} ${one.because} ${one.hits}/${one.looked}`,
    );
    assert.deepEqual(said, [
      'clients.contact email values 200/200',
      'clients.E-Mail email name 0/200',
      'clients.c3 iban values 200/200',
      'clients.phone phone name 0/200',
      'clients.born date name 0/200',
      'clients.addr ip values 200/200',
      'clients.card creditcard values 200/200',
      'clients.misc json values 200/200',
      'clients.remark redact name 10/200',
      'clients.label ? nothing 0/200',
      'clients.hue ? nothing 0/200',
      'clients.secret hash name 0/0',
      'odd.schema.na"me.x ? nothing 0/1',
      'parts.kind ? nothing 0/1',
      'parts.name ? nothing 0/1',
      'stolen.what ? nothing 0/0',
    ]);
    const text = proposedRules(proposals, 'alpha/demo/pg/shop');
    assert.doesNotMatch(text, /real|DE89|4111|10\.1\.2/);
    const { findings } = planMask(readRules(text), model, new MaskMaker(Buffer.alloc(32), 'UTF8'));
    const open = findings.filter(({ level }) => level === 'block');
    assert.deepEqual(
      open.map((one) => [one.code, (factOf(one, 'columns') as { column: string }[]).map(({ column }) => column)]),
      [['mask.uncovered', ['label', 'hue', 'na"me.x', 'kind', 'name', 'what']]],
    );
    const kept = readRules(text.replaceAll(/^ {2}# - /gm, '  - '));
    assert.deepEqual(
      planMask(kept, model, new MaskMaker(Buffer.alloc(32), 'UTF8')).findings.filter(({ level }) => level === 'block'),
      [],
    );
    assert.deepEqual(await server.sql('shop', 'select count(*)::int from stolen'), [{ count: 0 }]);
  });
});
