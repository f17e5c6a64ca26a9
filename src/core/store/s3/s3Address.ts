import { AppError } from '../../base/errors';
import type { S3Settings } from './s3Client';

/** What `s3://bucket/prefix` and the environment say of where a bucket is. */
type Environment = Readonly<Record<string, string | undefined>>;

/** True for what names a bucket instead of a folder. Pure. */
export function isS3Address(text: string): boolean {
  return /^s3:/i.test(text);
}

/**
 * `s3://bucket/prefix` with what the environment says of the rest, by the names that Amazon's own tools read (AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION, AWS_DEFAULT_REGION) and those
 * that a bucket claimed from a cluster comes with (BUCKET_HOST, BUCKET_PORT, BUCKET_NAME: `s3://` alone means that one). The login is read by the library, from environment, files or web
 * identity. Throws `usage` for what is no such address. Pure.
 */
export function parseS3Address(text: string, environment: Environment): S3Settings {
  const match = /^s3:\/\/(?<bucket>[^/]*)(?:\/(?<prefix>.*))?$/i.exec(text);
  const named = match?.groups?.['bucket'] ?? '';
  const bucket = named === '' ? (environment['BUCKET_NAME'] ?? '') : named;
  const prefix = (match?.groups?.['prefix'] ?? '').replace(/\/$/, '');
  if (!match || !/^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$/.test(bucket) || !isPrefix(prefix))
    throw new AppError('usage', { rule: 's3.address', address: text });
  const endpoint = endpointOf(environment);
  const region = environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];
  return {
    bucket,
    ...(prefix === '' ? {} : { prefix }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined || region === '' ? {} : { region }),
  };
}

function endpointOf(environment: Environment): string | undefined {
  const said = environment['AWS_ENDPOINT_URL_S3'] ?? environment['AWS_ENDPOINT_URL'];
  const host = environment['BUCKET_HOST'];
  const port = environment['BUCKET_PORT'];
  const ofClaim =
    host === undefined
      ? undefined
      : `${port === '80' ? 'http' : 'https'}://${host}${port === undefined ? '' : `:${port}`}`;
  const endpoint = said === undefined || said === '' ? ofClaim : said;
  if (endpoint === undefined) return undefined;
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new AppError('usage', { rule: 's3.endpoint' });
  return url.origin;
}

function isPrefix(prefix: string): boolean {
  return prefix === '' || prefix.split('/').every((one) => /^[A-Za-z0-9_%-][A-Za-z0-9._%-]*$/.test(one));
}
