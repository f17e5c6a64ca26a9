import { Client } from 'pg';

export interface LoadOptions {
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  readonly database: string;
  readonly clients: number;
  /** what each client asks, over and over; default `select 1` */
  readonly query?: string;
}

/** What the clients saw. */
export interface LoadResult {
  readonly queries: number;
  /** the longest time a client went without an answer, milliseconds */
  readonly longestGap: number;
  /** logins that were refused, by SQLSTATE; a session that was ended (57P01) is not one */
  readonly failedLogins: Readonly<Record<string, number>>;
  readonly ended: number;
}

/** An application: clients that ask, wait 5 ms, and connect again at once when their session ends. */
export function startLoad(options: LoadOptions): { stop(): Promise<LoadResult> } {
  let running = true;
  let queries = 0;
  let longestGap = 0;
  let ended = 0;
  const failedLogins: Record<string, number> = {};

  // asked anew each time: it changes while a query is under way
  const going = (): boolean => running;

  async function client(): Promise<void> {
    let last = Date.now();
    while (going()) {
      const connection = new Client({
        ...{ host: '127.0.0.1', port: options.port, user: options.user, database: options.database },
        ...{ password: options.password ?? 'x', connectionTimeoutMillis: 30_000 },
      });
      connection.on('error', () => undefined);
      let connected = false;
      try {
        await connection.connect();
        connected = true;
        while (going()) {
          await connection.query(options.query ?? 'select 1');
          queries += 1;
          longestGap = Math.max(longestGap, Date.now() - last);
          last = Date.now();
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      } catch (error) {
        const code = (error as { code?: string }).code ?? (error as Error).message;
        if (connected) ended += 1;
        else failedLogins[code] = (failedLogins[code] ?? 0) + 1;
        await new Promise((resolve) => setTimeout(resolve, 5));
      } finally {
        await connection.end().catch(() => undefined);
      }
    }
    longestGap = Math.max(longestGap, Date.now() - last);
  }

  const all = Promise.all(Array.from({ length: options.clients }, client));
  return {
    async stop() {
      running = false;
      await all;
      return { queries, longestGap, failedLogins, ended };
    },
  };
}
