/** The states of `Provenance`, spelled here since the page of the inspector, a browser's script, reads them too. */
export type Standing = 'foreign' | 'partial' | 'unreadable' | 'other' | 'size' | 'known';

/** What is known of an archive file's past, as a sentence. Of a manifest that cannot be read `message` says why. */
export function standingWords(state: Standing, message = ''): string {
  switch (state) {
    case 'foreign':
      return 'Not a backup of DB Ferry: no manifest says where this file comes from. Verify shows whether it is whole.';
    case 'partial':
      return 'This backup is still being written, or was interrupted. It is not complete.';
    case 'other':
      return 'The manifest beside this file belongs to another archive. Nothing is taken from it.';
    case 'unreadable':
      return `The manifest beside this file cannot be read: ${message}`;
    case 'size':
      return 'The manifest beside this file is of this archive, but their sizes differ.';
    case 'known':
      return 'A backup of DB Ferry, by the manifest beside it. Header and size fit; Verify reads every byte again.';
  }
}
