import type { StoreTrouble } from '../../core/store/s3/s3Errors';
import { shown, text, texts } from '../shown';
import { loginReasons, storeReasons } from '../storeWords';
import type { ErrorTable } from './errorTable';
import { bytes } from './shared';

/** Words for the errors of stores. */
export const storeErrors = {
  'store.key': (data) => ({
    what: `${shown(data, 'key')} is no name that anything is kept under.`,
    todo: 'Name a backup by its id.',
  }),
  'store.absent': (data) => ({
    what: `${shown(data, 'key')} is not there.`,
    todo: 'Look who removed it. What cannot be read in full is not restored.',
  }),
  'store.exists': (data) => ({
    what: `${shown(data, 'key')} is there already, and what is written once stays as it is.`,
    ...(data['until'] === undefined ? {} : { why: `It is kept until ${shown(data, 'until')}.` }),
    todo: 'Nothing was changed. Try again: a new one gets a name of its own.',
  }),
  'store.failed': (data) => {
    const { why, todo } = storeReasons[(text(data, 'reason') ?? 'other') as StoreTrouble];
    const said =
      data['status'] === undefined ? shown(data, 'code') : `${shown(data, 'code')}, ${shown(data, 'status')}`;
    const what = data['key'] === undefined ? shown(data, 'name') : `${shown(data, 'name')}/${shown(data, 'key')}`;
    return { what: `The store did not do what was asked: ${what}.`, why: `${why} (${said})`, todo };
  },
  'store.unknown': (data) => ({
    what: `There is no store called ${shown(data, 'name')}.`,
    todo:
      texts(data, 'known').length > 0
        ? `There are: ${texts(data, 'known').join(', ')}.`
        : 'None has a name yet. Add it first.',
  }),
  'store.login': (data) => ({
    what: `There is no login at ${shown(data, 'login')}.`,
    why: loginReasons[text(data, 'reason') ?? ''] ?? shown(data, 'reason'),
    todo: 'Put it there, or add the store again with the place where it is.',
  }),
  'stores.damaged': (data) => ({
    what: `The list of stores cannot be read: ${shown(data, 'file')}.`,
    why: 'A later version wrote it, or somebody changed it.',
    todo: 'Update DB Ferry; or move the file away and add the stores again.',
  }),
  'store.cut': (data) => ({
    what: `${shown(data, 'name')} ended before its end.`,
    why:
      data['at'] === undefined
        ? 'Something else stands in its place.'
        : `${bytes(data['at'])} came of ${bytes(data['size'])}.`,
    todo: 'Try again; what was read of it so far counts for nothing.',
  }),
} satisfies ErrorTable;
