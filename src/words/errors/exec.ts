import { saidBy } from '../ownWords';
import { shown, text } from '../shown';
import type { ErrorTable } from './errorTable';
import { bytes, incomplete, sentence, withheldNote } from './shared';
import { t } from '../language';

/** Where it is put right what one of them says. */
const placeOf = (): Readonly<Record<string, string>> => ({
  pg_dump: t`the database that is backed up, or in its pod`,
  pg_restore: t`the target, its server or its pod`,
});

/** Words for the errors of commands in pods. */
export const execErrors = {
  'exec.refused': (data) => ({
    what: t`Running a command in the pod was refused${data['status'] === undefined ? '' : t` with status ${shown(data, 'status')}`}.`,
    why: shown(data, 'message'),
    todo: t`Check that the pod runs and that you may get and create pods/exec there.`,
  }),
  'exec.cut': (data, hints) => ({
    what: t`The connection to the pod broke before the command was proven to have ended.`,
    why: t`${shown(data, 'message')} (after ${shown(data, 'bytes')} bytes)`,
    todo: `${incomplete()} ${sentence(hints.again())}`,
  }),
  'exec.stalled': (data, hints) => ({
    what: t`Nothing was heard from the pod for ${shown(data, 'seconds')} s.`,
    why: t`The connection is open but dead: a node, a network or a proxy went away.`,
    todo: t`${incomplete()} When the pod answers: ${hints.again()}.`,
  }),
  'exec.tooMuch': (data) => ({
    what: t`The pod answered with more than ${bytes(data['bytes'])} where ${shown(data, 'tool')} answers shortly.`,
    why: t`That is not how PostgreSQL answers; the command was ended.`,
    todo: t`Look at the pod and its image before you use it: something else answers there, or far too much.`,
  }),
  'exec.answer': (data) => ({
    what: t`What ${saidBy(data, 'tool')} in the pod answered cannot be read.`,
    why:
      data.about === undefined
        ? saidBy(data, 'message')
        : t`It says of ${saidBy(data, 'about')} what no PostgreSQL says.`,
    todo: t`Look at the pod and its image before you use it: it does not answer as PostgreSQL does.`,
  }),
  'exec.noShell': (data) => ({
    what: t`The container has no shell.`,
    why: shown(data, 'message'),
    todo: t`DB Ferry needs \`sh\` in the container of the database; such an image is not supported.`,
  }),
  'exec.failed': (data, hints) => ({
    what: t`${data['tool'] === undefined ? t`The command` : shown(data, 'tool')} failed in the pod (exit code ${shown(data, 'exitCode')}).`,
    why:
      data['exitCode'] === 137
        ? t`It was killed: by the limit of memory of the pod, most likely.`
        : withheldNote((text(data, 'stderr') ?? '').trim()) || t`It did not say why.`,
    todo:
      data['exitCode'] === 137
        ? t`Give the pod more memory, then ${hints.again()}.`
        : t`Put that right in ${placeOf()[String(data['tool'])] ?? t`the server or the pod`}, then ${hints.again()}.`,
  }),
} satisfies ErrorTable;
