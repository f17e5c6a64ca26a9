import type { StoreTrouble } from '../../core/store/s3/s3Errors';
import { shown, text, texts } from '../shown';
import { loginReasons, storeReasons } from '../storeWords';
import type { ErrorTable } from './errorTable';
import { bytes } from './shared';
import { t } from '../language';

/** Words for the errors of stores. */
export const storeErrors = {
  'store.key': (data) => ({
    what: t`${shown(data, 'key')} is no name that anything is kept under.`,
    todo: t`Name a backup by its id.`,
  }),
  'store.absent': (data) => ({
    what: t`${shown(data, 'key')} is not there.`,
    todo: t`Look who removed it. What cannot be read in full is not restored.`,
  }),
  'store.exists': (data) => ({
    what: t`${shown(data, 'key')} is there already, and what is written once stays as it is.`,
    ...(data['until'] === undefined ? {} : { why: t`It is kept until ${shown(data, 'until')}.` }),
    todo: t`Nothing was changed. Try again: a new one gets a name of its own.`,
  }),
  'store.failed': (data) => {
    const { why, todo } = storeReasons()[(text(data, 'reason') ?? 'other') as StoreTrouble];
    const said =
      data['status'] === undefined ? shown(data, 'code') : `${shown(data, 'code')}, ${shown(data, 'status')}`;
    const what = data['key'] === undefined ? shown(data, 'name') : `${shown(data, 'name')}/${shown(data, 'key')}`;
    return { what: t`The store did not do what was asked: ${what}.`, why: `${why} (${said})`, todo };
  },
  'store.unknown': (data) => ({
    what: t`There is no store called ${shown(data, 'name')}.`,
    todo:
      texts(data, 'known').length > 0
        ? t`There are: ${texts(data, 'known').join(', ')}.`
        : t`None has a name yet. Add it first.`,
  }),
  'store.login': (data) => ({
    what: t`There is no login at ${shown(data, 'login')}.`,
    why: loginReasons()[text(data, 'reason') ?? ''] ?? shown(data, 'reason'),
    todo: t`Put it there, or add the store again with the place where it is.`,
  }),
  'stores.damaged': (data) => ({
    what: t`The list of stores cannot be read: ${shown(data, 'file')}.`,
    why: t`A later version wrote it, or somebody changed it.`,
    todo: t`Update DB Ferry; or move the file away and add the stores again.`,
  }),
  'store.cut': (data) => ({
    what: t`${shown(data, 'name')} ended before its end.`,
    why:
      data['at'] === undefined
        ? t`Something else stands in its place.`
        : t`${bytes(data['at'])} came of ${bytes(data['size'])}.`,
    todo: t`Try again; what was read of it so far counts for nothing.`,
  }),
} satisfies ErrorTable;
