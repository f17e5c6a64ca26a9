import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

/** What a client sent: each query as it came, and the rows behind a COPY. */
export type Sent = { readonly query: string } | { readonly rows: string };

/** A server that takes every statement and does none: it keeps what psql makes of a script. Texts are read as Latin 1. */
export class ScriptedBackend {
  readonly sent: Sent[] = [];
  readonly #server = createServer((socket) => this.#serve(socket));

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  close(): void {
    this.#server.close();
  }

  #serve(socket: Socket): void {
    let bytes = Buffer.alloc(0);
    let isStarted = false;
    let rows: Buffer[] = [];
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (;;) {
        const head = isStarted ? 1 : 0;
        if (bytes.length < head + 4) return;
        const length = bytes.readUInt32BE(head);
        if (bytes.length < head + length) return;
        const type = isStarted ? String.fromCharCode(bytes[0] ?? 0) : '';
        const body = bytes.subarray(head + 4, head + length);
        bytes = bytes.subarray(head + length);
        if (!isStarted) {
          const code = body.readUInt32BE(0);
          if (code === 80877103 || code === 80877104) {
            socket.write('N');
            continue;
          }
          isStarted = true;
          const known = { server_version: '18.0', client_encoding: 'UTF8', standard_conforming_strings: 'on' };
          const status = Object.entries(known).map(([name, value]) => message('S', `${name}\0${value}\0`));
          socket.write(Buffer.concat([message('R', Buffer.alloc(4)), ...status, message('Z', 'I')]));
        } else if (type === 'Q') {
          const query = trimmed(body.toString('latin1').replace(/;?\0$/, ''));
          this.sent.push({ query });
          if (isCopy(query)) socket.write(message('G', Buffer.from([0, 0, 0])));
          else socket.write(Buffer.concat([query === '' ? message('I', '') : message('C', 'OK\0'), message('Z', 'I')]));
        } else if (type === 'd') rows.push(Buffer.from(body));
        else if (type === 'c' || type === 'f') {
          this.sent.push({ rows: Buffer.concat(rows).toString('latin1') });
          rows = [];
          socket.write(Buffer.concat([message('C', 'COPY 0\0'), message('Z', 'I')]));
        } else if (type === 'X') socket.end();
      }
    });
  }
}

/** As a server's grammar has it, of the one that the tests' scripts write. */
function isCopy(query: string): boolean {
  return /^COPY t FROM STDIN$/.test(query);
}

/** Without white space and comments in front and behind. */
export function trimmed(text: string): string {
  let rest = text;
  for (;;) {
    const next = rest.replace(/^\s+/, '').replace(/^--[^\n]*(?:\n|$)/, '');
    if (next === rest) return rest.trimEnd();
    rest = next;
  }
}

function message(type: string, body: string | Buffer): Buffer {
  const bytes = typeof body === 'string' ? Buffer.from(body, 'latin1') : body;
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeUInt32BE(bytes.length + 4, 1);
  return Buffer.concat([head, bytes]);
}
