import type { S3Client } from '@aws-sdk/client-s3';
import type { S3Library } from './s3Client';

/** A bucket that is open: what its parts need to talk to it. */
export interface S3Bucket {
  readonly s3: S3Library;
  readonly client: S3Client;
  readonly bucket: string;
  /** `s3://bucket/prefix` */
  readonly name: string;
  /** parts and objects are sent with a checksum, and the store keeps it */
  readonly checksums: boolean;
  /** the name in the bucket of a key of the store */
  readonly full: (key: string) => string;
}
