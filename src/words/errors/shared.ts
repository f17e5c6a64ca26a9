import { visible } from '../../core/base/visible';
import { size } from '../format';
import { t } from '../language';

export const incomplete = (): string => t`Nothing of it counts as done.`;

const nothingChanged = () => t`The target is unchanged.`;

/** What ran with all rights may have done more than what was undone. */
export function unchanged(data: { readonly ranAs?: 'superuser' | undefined }): string {
  if (data['ranAs'] !== 'superuser') return nothingChanged();
  return t`The database is as it was. The archive, for which nobody vouches, ran with the rights of a superuser: what else it did on the server is not known.`;
}

export function beginnings(fits: unknown): { readonly why?: string } {
  if (!Array.isArray(fits)) return {};
  const shownIds = fits.slice(0, 5).map((id) => visible(String(id)));
  return { why: t`${fits.length} begin like that: ${shownIds.join(', ')}${fits.length > 5 ? ', …' : ''}.` };
}

export function bytes(value: unknown): string {
  return typeof value === 'number' ? size(value) : '?';
}

/** An instruction as a sentence of its own. */
export function sentence(instruction: string): string {
  return `${capitalised(instruction)}.`;
}

export function capitalised(words: string): string {
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}

/** Where words of a server are left out, that they are. */
export function withheldNote(words: string): string {
  if (!/…$/m.test(words)) return words;
  return t`${words}\n(What stands for … may hold data and is not shown; the server's own log has it.)`;
}
