import type { AnyFacts, ErrorCode, ErrorData } from './errorData';
import type { NoData } from './facts';

export type { ErrorCode, ErrorData } from './errorData';

/**
 * The one kind of error the core throws. A code says what happened, data says where; the words for people live
 * in `src/words`, what to do about it with each host. Recognise it with `isAppError`, never with `instanceof`: bundles differ.
 */
export class AppError<C extends ErrorCode = ErrorCode, D = DataOf<C>> extends Error {
  override readonly name = 'AppError';
  /** Facts for the words: names, numbers, the server's own message. Never a secret. */
  readonly data: D;

  constructor(
    readonly code: C,
    ...[data, options]: Facts<C>
  ) {
    const facts: object = data ?? {};
    super(`${code} ${JSON.stringify(facts)}`, options);
    this.data = facts as D;
  }
}

/** What an error of that code has; where the code is not known, all that any has, each perhaps. */
type DataOf<C extends ErrorCode> = [ErrorCode] extends [C] ? AnyFacts : ErrorData[C];

/** A code whose facts are all optional needs none. */
type Facts<C extends ErrorCode> = NoData extends ErrorData[C]
  ? [data?: ErrorData[C], options?: { cause?: unknown }]
  : [data: ErrorData[C], options?: { cause?: unknown }];

/** The error that another process, an event or a thread told of; what it told need not be what the types say. */
export function toldError(code: string, data: object, options?: { cause?: unknown }): AppError {
  return new AppError<ErrorCode>(code as ErrorCode, data, options);
}

/** An error with one of these codes, each with its own data. */
type AppErrorOf<C extends ErrorCode> = [ErrorCode] extends [C] ? AppError : C extends ErrorCode ? AppError<C> : never;

/** The same error with more facts. */
export function withFacts(error: AppError, facts: AnyFacts, cause: unknown = error): AppError {
  return toldError(error.code, { ...error.data, ...facts }, { cause });
}

/** True for an `AppError`, from whichever bundle; with `code`, only for that code. */
export function isAppError<C extends ErrorCode>(error: unknown, code?: C): error is AppErrorOf<C> {
  return (
    error instanceof Error &&
    error.name === 'AppError' &&
    'code' in error &&
    (code === undefined || error.code === code)
  );
}

/** Any thrown thing as an `AppError`: aborts become `cancelled`, a full disk `disk.full`, the unforeseen `internal`; its cause is kept. */
export function toAppError(error: unknown): AppError {
  if (isAppError(error)) return error;
  if (error instanceof Error && error.name === 'AbortError') return new AppError('cancelled', {}, { cause: error });
  if (isErrno(error, ['ENOSPC', 'EDQUOT']))
    return new AppError('disk.full', { message: error.message }, { cause: error });
  // what was mounted for reading only while we wrote
  if (isErrno(error, ['EROFS'])) {
    const data = { root: error.path ?? '?', message: error.message, written: true, trouble: 'readOnly' };
    return new AppError('root.unreadable', data, { cause: error });
  }
  return new AppError(
    'internal',
    { message: error instanceof Error ? error.message : String(error) },
    { cause: error },
  );
}

/** The error that began it: an abort's reason rather than what the abort caused. */
export function reasonOf(error: unknown, signal: AbortSignal): AppError {
  if (!signal.aborted) return toAppError(error);
  return isAppError(signal.reason) ? signal.reason : new AppError('cancelled', {}, { cause: error });
}

/** True for an error of the operating system with one of these codes (errno(3)). */
export function isErrno(error: unknown, codes: readonly string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
