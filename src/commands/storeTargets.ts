import { AppError } from '../core/base/errors';
import type { StoreModel } from '../model/stores';
import type { Services } from '../services';
import { StoreNode } from '../tree/storeNode';
import { pick } from '../ui/ask/pick';
import { t } from '../words/language';

/** The store of a row, or one that is asked for. Throws `cancelled`, and what reading the list throws. */
export async function oneStore(services: Services, target: unknown, title: string): Promise<StoreModel> {
  if (target instanceof StoreNode) return target.model;
  const all = await services.stores.all();
  const rows = all.map((model) => ({
    icon: 'cloud',
    label: model.store.name,
    description: model.store.address,
    value: model,
  }));
  const none = t`No store has a name yet: Add Store…, in the title of the Backups view.`;
  return pick(rows, { title, placeholder: t`Which store?`, none });
}

/** What was asked for; given up is `cancelled`. */
export function given(text: string | undefined): string {
  if (text === undefined) throw new AppError('cancelled');
  return text.trim();
}
