import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAppError } from '../../../src/core/base/errors';
import { formatReference, parseDatabaseReference } from '../../../src/core/cluster/reference';
import { canonicalRequest, requestDigest } from '../../../src/core/job/checkRequest';
import { parseRequest } from '../../../src/core/job/parseRequest';
import { operandsOf, type JobRequest } from '../../../src/core/job/request';
import { createJobFolder, jobFiles, readRequest } from '../../../src/core/job/record/jobFolder';
import { requestOf } from './requestOf';

const asked = { by: 'jo@ws', reason: 'why' };
const all: readonly JobRequest[] = [
  requestOf('backup', ['a/b/c/d/e'], { options: { to: '/x', compress: 'zstd:3', count: true, gentle: 5e6 }, asked }),
  requestOf('restore', ['b1', 'a/b/c/d'], { options: { as: 'replace', mapRoles: { a: 'b' }, streams: 2 }, asked }),
  requestOf('restore', ['/path/to/b1', 'a/b/c/d'], { options: { as: 'replace', inPlace: true } }),
  requestOf('copy', ['a/b/c/d', 'e/f/g/h'], { options: { createRoles: true, keep: true, compress: 'none' } }),
  requestOf('verify', ['b1'], { options: { deep: 'a/b/c', gentle: 1e6 } }),
  requestOf('diff', ['/p/b1', 'a/b/c/d'], { about: { place: 'a/b/c/d', snapshot: '2026-11-23T05:15:00Z' } }),
  requestOf('undo', ['t0abc'], { options: { only: [{ name: 'd__before_1', oid: 7, confirmed: true }] } }),
  requestOf('release', ['a/b/c/d'], { options: { dropSlots: true } }),
  requestOf('clean', ['t0abc'], { options: { forget: true } }),
  requestOf('clean', []),
];

const isInvalid = (at?: string) => (error: unknown) =>
  isAppError(error, 'request.invalid') && (at === undefined || error.data['at'] === at);

describe('a request', () => {
  it('is read as it was written, of every kind', () => {
    for (const request of all) {
      assert.equal(request.schema, 2);
      assert.deepEqual(parseRequest(JSON.parse(JSON.stringify(request))), request);
    }
    assert.deepEqual(
      all.map((request) => operandsOf(request).join(' ')),
      [
        'a/b/c/d/e',
        'b1 a/b/c/d',
        '/path/to/b1 a/b/c/d',
        'a/b/c/d e/f/g/h',
        'b1',
        '/p/b1 a/b/c/d',
        't0abc',
        'a/b/c/d',
        't0abc',
        '',
      ],
    );
  });

  it('with anything more, less or other in it is none, and the error names the field and nothing of what is in it', () => {
    for (const request of all) {
      const plain = JSON.parse(JSON.stringify(request)) as Record<string, unknown>;
      for (const where of ['', 'options', 'asked']) {
        const odd = structuredClone(plain);
        const inner = where === '' ? odd : (odd[where] as Record<string, unknown>);
        inner['unheardOf'] = 'SECRET';
        const at = where === '' ? 'unheardOf' : `${where}.unheardOf`;
        assert.throws(() => parseRequest(odd), isInvalid(at));
        assert.throws(
          () => parseRequest(odd),
          (error) => !String(error).includes('SECRET'),
        );
      }
      for (const field of Object.keys(plain).filter((name) => name !== 'about')) {
        for (const value of [undefined, null, 7, 'SECRET', { odd: 'SECRET' }]) {
          // no kind needs more than it was given
          if (value === undefined && ['schema', 'deep', 'of'].includes(field)) continue;
          const odd: unknown = JSON.parse(JSON.stringify({ ...plain, [field]: value }));
          assert.throws(
            () => parseRequest(odd),
            (error) => isAppError(error) && error.code.startsWith('request.') && !String(error).includes('SECRET'),
            `${request.kind} ${field} ${JSON.stringify(value)}`,
          );
        }
      }
    }
    for (const nothing of [undefined, null, 7, '', [], {}]) assert.throws(() => parseRequest(nothing), isInvalid());
  });

  it('of a later version is told as such', () => {
    for (const request of all) {
      assert.throws(
        () => parseRequest({ ...request, schema: 3, more: true }),
        (error) => isAppError(error, 'request.newer') && error.data['schema'] === 3,
      );
    }
  });

  it('has a digest that hangs on what it asks for, and on nothing else', () => {
    for (const request of all) {
      const turned = Object.fromEntries(Object.entries(request).reverse()) as unknown as JobRequest;
      assert.equal(requestDigest(turned), requestDigest(request));
      assert.notEqual(requestDigest({ ...request, asked: { by: 'somebody else' } }), requestDigest(request));
    }
    assert.equal(new Set(all.map(requestDigest)).size, all.length);
  });

  it('is written in its canonical form: the SHA-256 of the file is its digest', async () => {
    const root = await mkdtemp(join(tmpdir(), 'dbf-request-'));
    try {
      const request = requestOf('verify', ['b1'], { root, asked: { by: 'ö', reason: '€ "quoted"\n' } });
      const { folder } = await createJobFolder(root, request);
      const bytes = await readFile(join(folder, jobFiles.request));
      assert.equal(createHash('sha256').update(bytes).digest('hex'), requestDigest(request));
      assert.equal(bytes.toString(), canonicalRequest(request));
      assert.deepEqual(await readRequest(folder), request);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });

  it('names places that are the same when they are written and read again', () => {
    const part = fc
      .string({ minLength: 1, unit: 'grapheme' })
      .filter((one) => !one.includes('/') && !one.includes('\0'));
    const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter((one) => !one.includes('\0'));
    fc.assert(
      fc.property(part, part, part, name, (cluster, namespace, pod, database) => {
        const place = { cluster, namespace, pod, database };
        assert.deepEqual(parseDatabaseReference(formatReference(place)), place);
      }),
    );
  });
});
