import { safe } from './format';
import { t } from './language';

/** Said before a folder is used that is not this user's alone. */
export function sharedRoot(root: string): string {
  return t`Others may write to ${safe(root)}: a backup in it is what its manifest says, unless a key that you trust has signed it.`;
}
