import type { StoreTrouble } from '../core/store/s3/s3Errors';

/** Why a store did not do it, and what helps. */
export const storeReasons: Readonly<Record<StoreTrouble, { readonly why: string; readonly todo: string }>> = {
  denied: {
    why: 'The login may not do this there.',
    todo: 'Ask whoever runs the store: backups need to list, read and write below the prefix; deleting only where retention is ours.',
  },
  credentials: {
    why: 'The store does not know the login, or it has ended.',
    todo: 'Look at the key and its secret: in the environment, in the file of credentials, in the Secret of the bucket.',
  },
  bucket: { why: 'There is no such bucket.', todo: 'Look at its name, and at the address of the store.' },
  region: { why: 'The bucket is in another region.', todo: 'Name its region.' },
  clock: {
    why: 'The clock of this machine and that of the store are too far apart.',
    todo: 'Set this clock, or ask whoever runs the store to set theirs.',
  },
  busy: { why: 'The store asks to be left alone for a while.', todo: 'Try again later.' },
  unreachable: {
    why: 'Nothing answers there.',
    todo: 'Look at its address, and at proxies and network policies on the way.',
  },
  certificate: {
    why: 'Its certificate is signed by nobody we know.',
    todo: 'Name the file of the authority that signs it.',
  },
  unsupported: { why: 'The store cannot do this.', todo: 'Take another store, or another setting of it.' },
  other: { why: 'The store says no.', todo: 'Ask whoever runs it what the code means.' },
};

/** Why there is no login where one should be. */
export const loginReasons: Readonly<Record<string, string>> = {
  absent: 'Neither a key nor its secret is there.',
  incomplete: 'One of key and secret is missing.',
  unreadable: 'It cannot be read.',
};
