import type * as s3Library from '@aws-sdk/client-s3';

/** Where a bucket is and how it is talked to; what a store's settings hold. Never a secret. */
export interface S3Settings {
  /** `https://s3.example.org`; absent: Amazon's own of the region */
  readonly endpoint?: string | undefined;
  /** default `us-east-1`, which is what stores that know no regions answer to */
  readonly region?: string | undefined;
  readonly bucket: string;
  /** what stands before every key, without a slash at its end; default: nothing */
  readonly prefix?: string | undefined;
  /** `https://host/bucket/key` instead of `https://bucket.host/key`; default: where an endpoint is named */
  readonly pathStyle?: boolean | undefined;
  /** PEM of the authorities that sign the store's certificate, beside the system's */
  readonly authorities?: string | undefined;
  /** `required`: none but those that the API asks for, for stores that refuse what they do not know. Default `always` */
  readonly checksums?: 'always' | 'required' | undefined;
  /** how often a request is tried; default 5 */
  readonly attempts?: number | undefined;
  /** absent: from environment, files and web identity, in the order of Amazon's own tools */
  readonly credentials?: S3Credentials | undefined;
}

/** Held in memory alone. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** The library is read when the first bucket is opened: most sessions never do. */
export type S3Library = typeof s3Library;

/** How long a connection may take, and how long nothing may be heard, in ms. */
const connectionTimeout = 15_000;
const silence = 60_000;

/** The library, and a client of it for a bucket; the caller destroys the client. Redirects to other regions are not followed. */
export async function openClient(
  settings: S3Settings,
): Promise<{ readonly s3: S3Library; readonly client: s3Library.S3Client }> {
  const s3 = await import('@aws-sdk/client-s3');
  const { Agent } = await import('node:https');
  const { rootCertificates } = await import('node:tls');
  const ca = settings.authorities === undefined ? undefined : [...rootCertificates, settings.authorities];
  const checksum = settings.checksums === 'required' ? 'WHEN_REQUIRED' : 'WHEN_SUPPORTED';
  const client = new s3.S3Client({
    region: settings.region ?? 'us-east-1',
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
    ...(settings.credentials === undefined ? {} : { credentials: held(settings.credentials) }),
    forcePathStyle: settings.pathStyle ?? settings.endpoint !== undefined,
    requestChecksumCalculation: checksum,
    responseChecksumValidation: checksum,
    maxAttempts: settings.attempts ?? 5,
    requestHandler: {
      connectionTimeout,
      requestTimeout: silence,
      throwOnRequestTimeout: true,
      httpsAgent: new Agent({ keepAlive: true, maxSockets: 16, ...(ca === undefined ? {} : { ca }) }),
    },
  });
  return { s3, client };
}

function held({ accessKeyId, secretAccessKey, sessionToken }: S3Credentials): {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
} {
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
