import type { ServerResponse } from 'node:http';
import type { PodLog } from './kept';

/** Answers with a log, and with what comes of it while the container runs. */
export function sendLog(log: PodLog | undefined, follows: boolean, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/plain' });
  if (!log) return void response.end();
  let sent = 0;
  const look = (): void => {
    for (; sent < log.chunks.length; sent += 1) response.write(log.chunks[sent]);
    if (log.ended || !follows) {
      log.readers.delete(look);
      response.end();
    }
  };
  response.on('close', () => log.readers.delete(look));
  log.readers.add(look);
  response.flushHeaders();
  look();
}
