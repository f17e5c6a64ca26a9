import { AppError, isAppError, isErrno } from '../../base/errors';

/** Why a store did not do what it was asked for. */
export type StoreTrouble =
  | 'denied'
  | 'credentials'
  | 'bucket'
  | 'region'
  | 'clock'
  | 'busy'
  | 'unreachable'
  | 'certificate'
  | 'unsupported'
  | 'other';

/** What an answer of an S3 store says: its code, and the status of the answer where there was one. */
export interface S3Answer {
  readonly code: string;
  readonly status: number | undefined;
}

/** What a thrown thing of the library says, without its texts: they may hold what was signed. Pure. */
export function answerOf(error: unknown): S3Answer {
  if (!(error instanceof Error)) return { code: 'unknown', status: undefined };
  const metadata = (error as { $metadata?: { httpStatusCode?: unknown } }).$metadata;
  const status = metadata?.httpStatusCode;
  const code = (error as { Code?: unknown }).Code ?? (error as { code?: unknown }).code ?? error.name;
  return {
    code: typeof code === 'string' && /^[A-Za-z][A-Za-z0-9_.]{0,79}$/.test(code) ? code : 'unknown',
    status: typeof status === 'number' ? status : undefined,
  };
}

/** True where nothing is under the key. */
export function isAbsent(error: unknown): boolean {
  const { code, status } = answerOf(error);
  return code === 'NoSuchKey' || code === 'NotFound' || (status === 404 && !isBucketGone(code));
}

/** True where a condition of the request did not hold: something has the key, or is another than before. */
export function isConditionFailed(error: unknown): boolean {
  const { code, status } = answerOf(error);
  return code === 'PreconditionFailed' || status === 412;
}

/** True where two asked at once, and the store says to ask again. */
export function isConflict(error: unknown): boolean {
  const { code, status } = answerOf(error);
  return code === 'ConditionalRequestConflict' || code === 'OperationAborted' || status === 409;
}

/** True where it cannot be known whether the request was done, or still is: no answer came, one of the way to it, or one to a second try. */
export function isUnclear(error: unknown): boolean {
  const { code, status } = answerOf(error);
  const tries = (error as { $metadata?: { attempts?: unknown } } | undefined)?.$metadata?.attempts;
  if (code === 'NoSuchUpload') return typeof tries === 'number' && tries > 1;
  return status === undefined || (status >= 500 && status !== 501 && status !== 507);
}

/** True where the store knows no such request. */
export function isUnknownRequest(error: unknown): boolean {
  const { code, status } = answerOf(error);
  return code === 'NotImplemented' || status === 501 || status === 405;
}

/** Room that ended: names of Amazon, Ceph, MinIO, NooBaa and the status that HTTP has for it. */
const full =
  /^(QuotaExceeded|StorageFull|XMinioStorageFull|XMinioAdminBucketQuotaExceeded|InsufficientStorage|NoSpaceLeft|ServiceQuotaExceeded\w*)$/;

const troubles: readonly (readonly [RegExp, StoreTrouble])[] = [
  [/^(RequestTimeTooSkewed|RequestExpired)$/, 'clock'],
  [
    /^(InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|InvalidToken|TokenRefreshRequired|CredentialsProviderError|InvalidSecurity|NoSuchAccessKey)$/,
    'credentials',
  ],
  [/^(AccessDenied|Forbidden|AllAccessDisabled|AccountProblem|MethodNotAllowed|UnauthorizedAccess)$/, 'denied'],
  [/^(NoSuchBucket|InvalidBucketName)$/, 'bucket'],
  [
    /^(PermanentRedirect|TemporaryRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraintException|MovedPermanently|Redirect)$/,
    'region',
  ],
  [
    /^(SlowDown|ServiceUnavailable|TooManyRequests|RequestLimitExceeded|BandwidthLimitExceeded|Throttl\w*|InternalError|RequestTimeout)$/,
    'busy',
  ],
  [/^(CERT_\w+|ERR_TLS\w*|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+)$/, 'certificate'],
  [
    /^(ECONN\w+|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EPIPE|TimeoutError|NetworkingError)$/,
    'unreachable',
  ],
  [/^(NotImplemented)$/, 'unsupported'],
];

/**
 * What a store or the way to it said, as an error of ours: `disk.full`, `cancelled`, or `store.failed` { name, key?, reason, code, status? }. Of its texts nothing is kept but the code:
 * they may hold keys, signed requests, or anything.
 */
export function storeError(error: unknown, where: { readonly name: string; readonly key?: string }): AppError {
  if (isAppError(error)) return error;
  if (error instanceof Error && error.name === 'AbortError') return new AppError('cancelled', {}, { cause: error });
  const { code, status } = answerOf(error);
  if (full.test(code) || status === 507 || isErrno(error, ['ENOSPC', 'EDQUOT']))
    return new AppError('disk.full', { message: `${where.name}: ${code}` }, { cause: error });
  return new AppError('store.failed', { ...where, reason: troubleOf(code, status), code, status }, { cause: error });
}

function troubleOf(code: string, status: number | undefined): StoreTrouble {
  const known = troubles.find(([form]) => form.test(code))?.[1];
  if (known) return known;
  if (status === 301 || status === 307) return 'region';
  if (status === 401) return 'credentials';
  if (status === 403) return 'denied';
  if (status === 404) return 'bucket';
  if (status === 429 || status === 503 || status === 500) return 'busy';
  if (status === 501) return 'unsupported';
  return status === undefined ? 'unreachable' : 'other';
}

function isBucketGone(code: string): boolean {
  return code === 'NoSuchBucket';
}
