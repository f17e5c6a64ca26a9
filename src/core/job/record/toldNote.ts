import * as v from 'valibot';
import type { NoteData } from '../../base/noteData';
import type { JobEvent } from './jobEvents';

/** The notes by which a job that ended badly is cleaned up: what they say decides what is dropped, so it is parsed. */
const shapes = {
  'swap.side': v.object({ database: v.string(), oid: v.number(), side: v.string(), live: v.exactOptional(v.number()) }),
  'inPlace.transaction': v.object({ database: v.string(), id: v.string() }),
  'inPlace.before': v.object({ backup: v.string(), folder: v.string() }),
  prepared: v.object({ database: v.string(), oid: v.number(), side: v.string(), prepared: v.looseObject({}) }),
  'roles.made': v.object({ roles: v.array(v.string()) }),
  'loader.made': v.object({ roles: v.array(v.string()) }),
} satisfies { readonly [C in keyof NoteData]?: v.GenericSchema<unknown, NoteData[C]> };

type Told = keyof typeof shapes;

/** What all notes of this code say, in their order; what is not as it should be says nothing. Pure. */
export function toldNotes<C extends Told>(events: readonly JobEvent[], code: C): v.InferOutput<(typeof shapes)[C]>[] {
  return events.flatMap((event) => {
    if (event.type !== 'note' || event.code !== code) return [];
    const parsed = v.safeParse(shapes[code], event.data);
    return parsed.success ? [parsed.output] : [];
  });
}
