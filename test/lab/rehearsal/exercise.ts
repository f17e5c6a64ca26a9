import { Client } from 'pg';
import type { Run } from '../ferry';
import { places, type Lab, type PlaceName } from '../lab';

/** Something that went wrong, or has to be done: the person does it with the command line, and SQL says whether it is done. */
export interface Exercise {
  readonly title: string;
  /** pods with servers that it needs */
  readonly only: readonly PlaceName[];
  /** what the person is told, line by line */
  readonly task: readonly string[];
  /** Makes the trouble. Returns what `missing` has to know. */
  readonly prepare: (given: Given) => Promise<Facts>;
  /** What is not done yet, in sentences; nothing: it is passed. Asks the servers alone, none of the product's code. */
  readonly missing: (servers: Servers, facts: Facts) => Promise<readonly string[]>;
}

export type Facts = Readonly<Record<string, string>>;

/** What an exercise is prepared with. */
export interface Given {
  readonly lab: Lab;
  /** Runs a command; throws where it does not end with 0. */
  readonly ferry: (...args: readonly string[]) => Promise<Run>;
}

/** How the servers of a lab are reached by SQL, from any process. */
export type Servers = Readonly<Partial<Record<PlaceName, Reach>>>;

interface Reach {
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export const source = `${places.source}/shop`;
export const target = `${places.pg16}/shop`;

/** Those that an exercise started. */
export function serversOf(lab: Lab, only: readonly PlaceName[]): Servers {
  return Object.fromEntries(
    only.map((name) => {
      const { port, superuser: user, password } = lab.server(name);
      return [name, { port, user, password }];
    }),
  );
}

/** The first column of each row. */
export async function ask(servers: Servers, place: PlaceName, database: string, sql: string): Promise<string[]> {
  const reach = servers[place];
  if (!reach) throw new Error(`${place} was not started`);
  // servers word values as they like
  const options = '-c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c bytea_output=hex';
  const client = new Client({ host: '127.0.0.1', ...reach, database, options });
  await client.connect();
  try {
    const { rows } = await client.query<[unknown]>({ text: sql, rowMode: 'array' });
    return rows.map(([value]) => String(value));
  } finally {
    await client.end();
  }
}

/** How many orders there are, and a sum over all that is in them. */
export async function orders(servers: Servers, place: PlaceName, database = 'shop'): Promise<string> {
  const sql = `select count(*) || ' ' || coalesce(sum(('x' || substr(md5(o::text), 1, 8))::bit(32)::bigint), 0) from shop.orders o`;
  return (await ask(servers, place, database, sql)).join();
}

/** Databases that restores kept of shop, the oldest first. They are closed: rows of one are read by opening it for a moment. */
export async function keptOf(servers: Servers, place: PlaceName): Promise<string[]> {
  const sql = `select datname from pg_database where datname like 'shop\\_\\_before\\_%' order by oid`;
  return ask(servers, place, 'postgres', sql);
}

/** `12 orders`, of what `orders` returns. */
export function counted(digest: string): string {
  return `${digest.split(' ')[0] ?? '?'} orders`;
}
