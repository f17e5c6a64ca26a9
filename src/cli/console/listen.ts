import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '../../core/base/errors';

/** Lets a server answer at `address:port`; port 0 is any that is free. Returns where it does. Throws `usage` where that cannot be. */
export async function listenAt(server: Server, text: string): Promise<string> {
  const [, address, port] = /^(\[[0-9a-f:]+\]|[\w.-]+):(\d{1,5})$/i.exec(text) ?? [];
  if (address === undefined || Number(port) > 65_535)
    throw new AppError('usage', { message: `--listen takes address:port, not "${text}".` });
  server.listen(Number(port), address.replaceAll(/[[\]]/g, ''));
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    throw new AppError('usage', { message: `Nothing can answer at ${text} (${code}).` }, { cause: error });
  }
  return `http://${address}:${(server.address() as AddressInfo).port}`;
}

/** Resolves when this process is told to end. */
export async function untilEnded(): Promise<void> {
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
}
