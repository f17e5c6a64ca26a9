import type { StoreTrouble } from '../core/store/s3/s3Errors';
import { t } from './language';

/** Why a store did not do it, and what helps. */
export const storeReasons = (): Readonly<Record<StoreTrouble, { readonly why: string; readonly todo: string }>> => ({
  denied: {
    why: t`The login may not do this there.`,
    todo: t`Ask whoever runs the store: backups need to list, read and write below the prefix; deleting only where retention is ours.`,
  },
  credentials: {
    why: t`The store does not know the login, or it has ended.`,
    todo: t`Look at the key and its secret: in the environment, in the file of credentials, in the Secret of the bucket.`,
  },
  bucket: { why: t`There is no such bucket.`, todo: t`Look at its name, and at the address of the store.` },
  region: { why: t`The bucket is in another region.`, todo: t`Name its region.` },
  clock: {
    why: t`The clock of this machine and that of the store are too far apart.`,
    todo: t`Set this clock, or ask whoever runs the store to set theirs.`,
  },
  busy: { why: t`The store asks to be left alone for a while.`, todo: t`Try again later.` },
  unreachable: {
    why: t`Nothing answers there.`,
    todo: t`Look at its address, and at proxies and network policies on the way.`,
  },
  certificate: {
    why: t`Its certificate is signed by nobody we know.`,
    todo: t`Name the file of the authority that signs it.`,
  },
  unsupported: { why: t`The store cannot do this.`, todo: t`Take another store, or another setting of it.` },
  other: { why: t`The store says no.`, todo: t`Ask whoever runs it what the code means.` },
});

/** Why there is no login where one should be. */
export const loginReasons = (): Readonly<Record<string, string>> => ({
  absent: t`Neither a key nor its secret is there.`,
  incomplete: t`One of key and secret is missing.`,
  unreadable: t`It cannot be read.`,
});
