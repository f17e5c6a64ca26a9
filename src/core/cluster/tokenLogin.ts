import { defined } from '../base/defined';
import type { Access, ClusterLogin } from './clusterSource';

/** Logs in by a token that somebody brought. Of the other login it takes the way to the server (address, authority, proxy), and nothing that says who asks. */
export class TokenLogin implements ClusterLogin {
  readonly #way: ClusterLogin;
  readonly #token: string;

  constructor(way: ClusterLogin, token: string) {
    this.#way = way;
    this.#token = token;
  }

  async access(): Promise<Access> {
    const way = await this.#way.access();
    const server = new URL(way.server);
    // an address may hold a login
    server.username = server.password = '';
    const { ca, servername, rejectUnauthorized } = way.tls;
    const tls = defined({ ca, servername, rejectUnauthorized });
    return {
      ...{ server, tls, headers: { Authorization: `Bearer ${this.#token}` } },
      newAgent: (keepAlive) => way.newAgent(keepAlive, tls),
    };
  }

  /** There is nothing to read anew. */
  forget(): void {
    return undefined;
  }

  async fixedToken(): Promise<string> {
    return Promise.resolve(this.#token);
  }
}
