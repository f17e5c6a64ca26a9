import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { randomBytes } from 'node:crypto';

/** A bucket of a test's own on a server that DB_FERRY_S3 names, and what the command line needs to reach it. */
export interface TestBucket {
  readonly bucket: string;
  /** `s3://bucket/team` */
  readonly address: string;
  readonly env: Readonly<Record<string, string>>;
  readonly admin: S3Client;
  /** the origin of its server */
  readonly endpoint: string;
}

/** The servers that DB_FERRY_S3 names. */
export const servers = (process.env['DB_FERRY_S3'] ?? '')
  .split(/\s+/)
  .filter((one) => one !== '')
  .map((one) => new URL(one));

/** Makes it; the caller destroys its client. `locks`: what lies there can be locked, and older versions are kept; `versions`: those alone. */
export async function makeBucket(
  url: URL,
  { locks = false, versions = false }: { readonly locks?: boolean; readonly versions?: boolean } = {},
): Promise<TestBucket> {
  const bucket = `db-ferry-${randomBytes(4).toString('hex')}`;
  const [accessKeyId, secretAccessKey] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  const endpoint = url.origin;
  const region = 'us-east-1';
  const admin = new S3Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, forcePathStyle: true });
  await admin.send(new CreateBucketCommand({ Bucket: bucket, ...(locks ? { ObjectLockEnabledForBucket: true } : {}) }));
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  if (versions) await admin.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }));
  const login = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  return {
    ...{ bucket, admin, endpoint, address: `s3://${bucket}/team` },
    env: { ...login, AWS_ENDPOINT_URL: endpoint, AWS_REGION: region },
  };
}
