import type { ErrorCode } from '../core/base/errors';
import { archiveErrors } from './errors/archive';
import { backupErrors } from './errors/backup';
import { clusterErrors } from './errors/cluster';
import { encryptionErrors } from './errors/encryption';
import { execErrors } from './errors/exec';
import { jobErrors } from './errors/job';
import { podErrors } from './errors/pod';
import { restoreErrors } from './errors/restore';
import { storeErrors } from './errors/store';
import type { ErrorWords, Words } from './errors/errorTable';
import type { Hints } from './hints';
import { plainFinding } from './findingWords';
import { importErrors } from './importWords';
import { maskErrors } from './maskWords';
import { detail } from './shown';
import { policyErrors } from './policyWords';
import { t } from './language';

export type { Words } from './errors/errorTable';

/** Words for an error of the core, with what to do in this host. */
export function wordsFor(code: string, data: object, hints: Hints): Words {
  const words = (errorWords as Readonly<Partial<Record<string, AnyWords>>>)[code];
  return words?.(data, hints) ?? { what: t`Failed: ${code}.`, why: detail(data).slice(2) };
}

/** Words that take whatever is told: what a disk holds need not be what the types say. */
type AnyWords = (data: object, hints: Hints) => Words;

/** The words as lines; what has several itself is set in, so that none of them looks like one of ours. */
export function sentences({ what, why, todo }: Words): string {
  return [what, why, todo]
    .flatMap((part = '') => (part === '' ? [] : [part.trimEnd().replaceAll('\n', '\n  ')]))
    .join('\n');
}

/** The words as running text; a server's message may have no full stop. */
export function runningText({ what, why, todo }: Words): string {
  return [what, why, todo]
    .map((part = '') => part.trim().replaceAll(/\s+/g, ' '))
    .filter((part) => part !== '')
    .map((part) => (/[.!?:]$/.test(part) ? part : `${part}.`))
    .join(' ');
}

/** One entry for each code of the core; the type asks for them. */
export const errorWords: { readonly [C in ErrorCode]: ErrorWords<C> } = {
  ...clusterErrors,
  ...execErrors,
  ...podErrors,
  ...archiveErrors,
  ...backupErrors,
  ...storeErrors,
  ...encryptionErrors,
  ...restoreErrors,
  ...jobErrors,
  ...policyErrors,
  ...importErrors,
  'mask.rules': maskErrors['mask.rules'],
  'mask.refused': (data, hints) =>
    maskErrors['mask.refused'](data, (finding) => {
      return `${plainFinding(finding, hints)}.`;
    }),
  'mask.value': maskErrors['mask.value'],
};
