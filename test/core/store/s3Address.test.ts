import assert from 'node:assert/strict';
import { isAppError } from '../../../src/core/base/errors';
import { parseS3Address } from '../../../src/core/store/s3/s3Address';

describe('the address of a bucket', () => {
  it('is a bucket and a prefix; where it is, the environment says', () => {
    assert.deepEqual(parseS3Address('s3://backups', {}), { bucket: 'backups' });
    assert.deepEqual(
      parseS3Address('s3://backups/team/a/', { AWS_ENDPOINT_URL: 'https://s3.example.org/', AWS_REGION: 'eu-1' }),
      {
        bucket: 'backups',
        prefix: 'team/a',
        endpoint: 'https://s3.example.org',
        region: 'eu-1',
      },
    );
    const claim = { BUCKET_HOST: 's3.openshift-storage.svc', BUCKET_PORT: '443', BUCKET_NAME: 'claimed-1' };
    assert.deepEqual(parseS3Address('s3://', claim), {
      bucket: 'claimed-1',
      endpoint: 'https://s3.openshift-storage.svc',
    });
    assert.equal(
      parseS3Address('s3://own', { ...claim, AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9000' }).endpoint,
      'http://127.0.0.1:9000',
    );
  });

  it('holds no login, and leads nowhere else', () => {
    for (const [address, environment] of [
      ['s3://key:secret@bucket/x', {}],
      ['s3://', {}],
      ['s3:bucket', {}],
      ['s3://bucket/../other', {}],
      ['s3://bucket/a//b', {}],
      ['s3://bucket/.hidden', {}],
      ['s3://bucket/a b', {}],
      ['s3://bucket', { AWS_ENDPOINT_URL: 'https://key:secret@host' }],
      ['s3://bucket', { AWS_ENDPOINT_URL: 'file:///etc/passwd' }],
      ['s3://bucket', { AWS_ENDPOINT_URL: 'nowhere' }],
    ] as const) {
      assert.throws(
        () => parseS3Address(address, environment),
        (error) => isAppError(error, 'usage'),
        address,
      );
    }
  });
});
