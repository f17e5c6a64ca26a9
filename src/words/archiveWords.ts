import { t } from './language';

/** The states of `Provenance`, spelled here since the page of the inspector, a browser's script, reads them too. */
export type Standing = 'foreign' | 'partial' | 'unreadable' | 'other' | 'size' | 'known';

/** Whose a manifest is that fits: a key that counts here signed it, it was made elsewhere, or neither. */
export type Whose = 'proven' | 'adopted' | 'said';

/** What is known of an archive file's past, as a sentence. Of a manifest that cannot be read `message` says why. */
export function standingWords(
  state: Standing,
  { message = '', whose = 'said' }: { readonly message?: string; readonly whose?: Whose } = {},
): string {
  switch (state) {
    case 'foreign':
      return t`Not a backup of DB Ferry: no manifest says where this file comes from. Verify shows whether it is whole.`;
    case 'partial':
      return t`This backup is still being written, or was interrupted. It is not complete.`;
    case 'other':
      return t`The manifest beside this file belongs to another archive. Nothing is taken from it.`;
    case 'unreadable':
      return t`The manifest beside this file cannot be read: ${message}`;
    case 'size':
      return t`The manifest beside this file is of this archive, but their sizes differ.`;
    case 'known':
      return t`${fitting()[whose]} Verify reads every byte again.`;
  }
}

const fitting = (): Readonly<Record<Whose, string>> => ({
  proven: t`A backup of DB Ferry. Header and size fit its manifest.`,
  said: t`As its manifest says a backup of DB Ferry: no key that you trust signed that, and anybody may have written it. Header and size fit.`,
  adopted: t`Made elsewhere and adopted: where it comes from is not proven. Header and size are as they were then.`,
});
