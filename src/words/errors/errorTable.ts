import type { ErrorCode } from '../../core/base/errors';
import type { Hints } from '../hints';
import type { Data } from '../shown';

/** What a person is told about a failure: what failed, why, and what to do. */
export interface Words {
  readonly what: string;
  readonly why?: string;
  readonly todo?: string;
}

/** Words for one error, with what to do in this host. */
export type ErrorWords = (data: Data, hints: Hints) => Words;

/** Words for the errors of one area. */
export type ErrorTable = Partial<Readonly<Record<ErrorCode, ErrorWords>>>;
