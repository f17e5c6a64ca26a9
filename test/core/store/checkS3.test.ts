import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cliHints } from '../../../src/cli/hints';
import { checkS3 } from '../../../src/core/store/s3/checkS3';
import { storeCheckWords } from '../../../src/words/storeCheckWords';

describe('the check of a bucket', () => {
  it('says that it locks nothing only where the store says so; where its login may not ask, that it cannot see it', async () => {
    let answer: readonly [number, string] = [403, 'AccessDenied'];
    const server = createServer((request, response) => {
      const [status, code] = (request.url ?? '').includes('object-lock') ? answer : [200, ''];
      const body =
        status === 200
          ? '<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>'
          : `<Error><Code>${code}</Code></Error>`;
      response.writeHead(status, { 'content-type': 'application/xml' }).end(request.method === 'HEAD' ? '' : body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      for (const [status, code, level, says] of [
        [403, 'AccessDenied', 'warn', /cannot be seen with this login/],
        [404, 'ObjectLockConfigurationNotFoundError', 'ok', /It locks nothing/],
        [501, 'NotImplemented', 'ok', /It locks nothing/],
      ] as const) {
        answer = [status, code];
        const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
        const checks = await checkS3({ endpoint, bucket: 'backups', credentials, attempts: 1 });
        const found = checks.find(({ what }) => what === 'locks') ?? assert.fail(JSON.stringify(checks));
        assert.equal(found.level, level, code);
        assert.match(storeCheckWords(found, cliHints).says, says);
      }
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
