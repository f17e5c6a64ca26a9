import type { JobContext } from './jobContext';
import type { Place } from '../plan/places';
import { workOf } from '../checkRequest';
import { isRequestName, workDigest } from '../../governance/operationRequest';
import { beginByRequest, endByRequest, mayBegin } from '../../governance/requestFlow';
import { requestPlaceOf } from '../../governance/requestPlaceOf';

/** A request that a job runs by. */
export interface ByRequest {
  /** Throws `approval.refused` where fewer people agreed than that, or nobody was told so many hours before. */
  begin(needs: { readonly approvals: number; readonly noticeHours: number }): Promise<void>;
}

/**
 * The request that a job names as its approval: it allows exactly what its digest says, to who asked for it, in its time, once. Undefined where it names none. Throws `approval.unknown`,
 * `approval.refused` with why not.
 */
export async function byRequest(
  { request, work, atEnd, runsBy }: JobContext,
  { client, pod }: Place,
  sha256: string | undefined,
): Promise<ByRequest | undefined> {
  const name = request.asked.approval;
  if (name === undefined || !isRequestName(name)) return undefined;
  const { namespace } = pod.pod;
  const place = await requestPlaceOf({ client, namespace }, request.root, request.asked.by);
  const digest = workDigest(workOf(request), sha256);
  await mayBegin(place, name, { digest, approvals: 0 });
  return {
    async begin(needs) {
      await beginByRequest(place, name, { digest, ...needs });
      work.report({ type: 'note', code: 'approval.used', data: { request: name, level: place.level } });
      runsBy?.(place, name);
      atEnd?.(async ({ outcome }) => {
        const ended = outcome === 'done' || outcome === 'differences' ? outcome : 'failed';
        await endByRequest(place, name, ended, ({ data }) => {
          // the result is written by now
          work.log.warn(`the right that was given for it could not be taken away: ${JSON.stringify(data)}`);
        });
      });
    },
  };
}
