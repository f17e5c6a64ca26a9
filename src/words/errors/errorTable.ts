import type { ErrorCode, ErrorData } from '../../core/base/errors';
import type { Hints } from '../hints';

/** What a person is told about a failure: what failed, why, and what to do. */
export interface Words {
  readonly what: string;
  readonly why?: string;
  readonly todo?: string;
}

/** Words for one error, with what to do in this host. What comes back from a disk may lack any of the facts. */
export type ErrorWords<C extends ErrorCode> = (data: ErrorData[C], hints: Hints) => Words;

/** Words for the errors of one area. */
export type ErrorTable = { readonly [C in ErrorCode]?: ErrorWords<C> };
