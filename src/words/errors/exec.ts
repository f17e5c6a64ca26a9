import { shown, text } from '../shown';
import type { ErrorTable } from './errorTable';
import { bytes, incomplete, sentence, withheldNote } from './shared';

/** Where it is put right what one of them says. */
const placeOf: Readonly<Record<string, string>> = {
  pg_dump: 'the database that is backed up, or in its pod',
  pg_restore: 'the target, its server or its pod',
};

/** Words for the errors of commands in pods. */
export const execErrors = {
  'exec.refused': (data) => ({
    what: `Running a command in the pod was refused${data['status'] === undefined ? '' : ` with status ${shown(data, 'status')}`}.`,
    why: shown(data, 'message'),
    todo: 'Check that the pod runs and that you may get and create pods/exec there.',
  }),
  'exec.cut': (data, hints) => ({
    what: 'The connection to the pod broke before the command was proven to have ended.',
    why: `${shown(data, 'message')} (after ${shown(data, 'bytes')} bytes)`,
    todo: `${incomplete} ${sentence(hints.again())}`,
  }),
  'exec.stalled': (data, hints) => ({
    what: `Nothing was heard from the pod for ${shown(data, 'seconds')} s.`,
    why: 'The connection is open but dead: a node, a network or a proxy went away.',
    todo: `${incomplete} When the pod answers: ${hints.again()}.`,
  }),
  'exec.tooMuch': (data) => ({
    what: `The pod answered with more than ${bytes(data['bytes'])} where ${shown(data, 'tool')} answers shortly.`,
    why: 'That is not how PostgreSQL answers; the command was ended.',
    todo: 'Look at the pod and its image before you use it: something else answers there, or far too much.',
  }),
  'exec.answer': (data) => ({
    what: `What ${shown(data, 'tool')} in the pod answered cannot be read.`,
    why:
      data.about === undefined ? shown(data, 'message') : `It says of ${shown(data, 'about')} what no PostgreSQL says.`,
    todo: 'Look at the pod and its image before you use it: it does not answer as PostgreSQL does.',
  }),
  'exec.noShell': (data) => ({
    what: 'The container has no shell.',
    why: shown(data, 'message'),
    todo: 'DB Ferry needs `sh` in the container of the database; such an image is not supported.',
  }),
  'exec.failed': (data, hints) => ({
    what: `${data['tool'] === undefined ? 'The command' : shown(data, 'tool')} failed in the pod (exit code ${shown(data, 'exitCode')}).`,
    why:
      data['exitCode'] === 137
        ? 'It was killed: by the limit of memory of the pod, most likely.'
        : withheldNote((text(data, 'stderr') ?? '').trim()) || 'It did not say why.',
    todo:
      data['exitCode'] === 137
        ? `Give the pod more memory, then ${hints.again()}.`
        : `Put that right in ${placeOf[String(data['tool'])] ?? 'the server or the pod'}, then ${hints.again()}.`,
  }),
} satisfies ErrorTable;
