import type { AppError } from '../core/base/errors';
import { wordsFor } from './errorWords';
import type { Hints } from './hints';
import type { Whose } from './archiveWords';
import { isOurs, type Provenance } from '../core/catalog/manifest';
import { t } from './language';

/** Whose a backup is, as far as anything proves it; '' for one of this workspace. */
export function provenanceText({ manifest, signed }: Provenance): string {
  if (manifest.origin === 'adopted') return t`made elsewhere`;
  if (signed?.by === 'own') return '';
  if (signed?.by === 'trusted')
    return t`signed by ${signed.name === undefined || signed.name === '' ? shortKey(signed.key) : signed.name}`;
  if (signed?.by === 'unknown')
    return t`as its manifest says; signed by ${shortKey(signed.key)}, whom you do not trust`;
  return signed?.by === 'wrong' ? t`as its manifest says; changed after it was signed` : t`as its manifest says`;
}

/** Whose it is, for `standingWords`. */
export function whoseIs(backup: Provenance): Whose {
  if (backup.manifest.origin === 'adopted') return 'adopted';
  return isOurs(backup) ? 'proven' : 'said';
}

/** Who signed it, and what that is worth here. */
export function signedText({ manifest, signed }: Provenance): string {
  if (manifest.origin === 'adopted') return t`nobody: made elsewhere`;
  switch (signed?.by) {
    case 'own':
      return t`by this workspace`;
    case 'trusted':
      return t`by ${signed.name === undefined || signed.name === '' ? shortKey(signed.key) : signed.name}, whom you trust`;
    case 'unknown':
      return t`by ${shortKey(signed.key)}, whom you do not trust: all here is as its manifest says`;
    case 'wrong':
      return t`changed after it was signed: all here is as its manifest says`;
    case 'nobody':
    case undefined:
      return t`by nobody: all here is as its manifest says`;
  }
}

/** In whose name what it defines runs when it is restored beside a live database: said before a target is chosen, since it says what may be trusted to it. */
export function runsAsText(backup: Provenance): string {
  return isOurs(backup)
    ? t`as the role that restores; where that is a superuser, as a temporary role that is none, but for what only a superuser can make`
    : t`as the role that restores; where that is a superuser, as a temporary role that is none, without what only a superuser can make`;
}

/** What was verified of a backup, as far as that is known: of one that nobody we trust signed it is what its manifest says. */
export function asItSays(backup: Provenance, said: string): string {
  return isOurs(backup) || backup.manifest.origin === 'adopted' || said === ''
    ? said
    : t`as its manifest says: ${said}`;
}

function shortKey(key: string): string {
  return `${key.slice('ed25519:'.length, 'ed25519:'.length + 8)}…`;
}

/** Why a manifest cannot be read. */
export function unreadableWords({ code, data }: Pick<AppError, 'code' | 'data'>, hints: Hints): string {
  const { what, why } = wordsFor(code, data, hints);
  return why ?? what;
}
