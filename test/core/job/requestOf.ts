import { parseRequest } from '../../../src/core/job/parseRequest';
import type { JobKind, RequestOf } from '../../../src/core/job/request';

/** What a test may say of a request. */
export interface Asks {
  readonly options?: object;
  readonly root?: string;
  readonly kubeconfigs?: readonly string[];
  readonly about?: object;
  readonly asked?: { readonly by: string; readonly reason?: string; readonly approval?: string };
}

/** A request for what people would name like this, in the order of the command line. */
export function requestOf<Kind extends JobKind>(
  kind: Kind,
  operands: readonly string[],
  more: Asks = {},
): RequestOf<Kind> {
  const usual = { options: {}, kubeconfigs: [], root: '/nowhere', asked: { by: 'a test' } };
  return parseRequest({ kind, operands, ...usual, ...more }) as RequestOf<Kind>;
}
