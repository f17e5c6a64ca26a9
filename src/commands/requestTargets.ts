import { AppError } from '../core/base/errors';
import type { FoundRequest } from '../core/governance/gatherRequests';
import type { RequestAddress } from '../model/requests';
import type { Services } from '../services';
import { RequestNode } from '../tree/requestNode';
import { showInformationMessage, showQuickPick } from '../ui/shown';
import { requestDoes, stateWords } from '../words/requestWords';
import { t } from '../words/language';

/** A request from a row, from its page or a link, or asked for among those that fit; undefined where there is none to choose, which is said. Throws `approval.unknown`, `cancelled`. */
export async function oneRequest(
  services: Services,
  target: unknown,
  ask: { readonly title: string; readonly filter: (found: FoundRequest) => boolean; readonly none: string },
): Promise<FoundRequest | undefined> {
  const { requests } = services;
  if (target instanceof RequestNode) return target.found;
  if (isAddress(target)) {
    const found = await requests.find(target);
    if (found === undefined)
      throw requests.unreadable(target) ?? new AppError('approval.unknown', { request: target.name });
    return found;
  }
  const choice = (await requests.look()).requests.filter(ask.filter);
  if (choice.length === 0) {
    void showInformationMessage(ask.none);
    return undefined;
  }
  const items = choice.map((found) => ({
    label: requestDoes(found.request),
    description: stateWords(found.request, found.now),
    detail: `${found.request.metadata.name} · by ${found.request.spec.requestedBy}`,
    found,
  }));
  const picked = await showQuickPick(items, { title: ask.title, placeHolder: t`Which request?` });
  if (!picked) throw new AppError('cancelled');
  return picked.found;
}

function isAddress(target: unknown): target is RequestAddress {
  return typeof target === 'object' && target !== null && 'name' in target && typeof target.name === 'string';
}
