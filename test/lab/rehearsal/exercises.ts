import { diskFull } from './diskFull';
import type { Exercise } from './exercise';
import { moveAndUndo } from './moveAndUndo';
import { rowsLost } from './rowsLost';

/** By the name that one types. */
export const exercises: Readonly<Record<string, Exercise>> = {
  'rows-lost': rowsLost,
  'disk-full': diskFull,
  'move-and-undo': moveAndUndo,
};
