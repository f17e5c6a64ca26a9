import { AppError } from '../core/base/errors';
import type { PodPlace } from '../model/places';
import { showInputBox } from '../ui/shown';
import { t } from '../words/language';

/** Asks for the name of a database in a pod. Throws `cancelled`, and what opening the pod throws. */
export async function databaseNamed(
  { model, pod, reference }: PodPlace,
  ask: { readonly title: string; readonly mustBeNew: boolean; readonly suggested?: string },
): Promise<string> {
  const { facts } = await model.open(pod);
  const taken = new Set(facts.databases.map(({ name }) => name));
  const name = await showInputBox({
    title: ask.title,
    prompt: t`The name of the database in ${reference}.`,
    ignoreFocusOut: true,
    ...(ask.suggested === undefined ? {} : { value: ask.suggested }),
    validateInput: (text) => {
      if (text === '') return t`A name is needed.`;
      if (Buffer.byteLength(text) > maxBytes) return t`PostgreSQL names have at most ${maxBytes} bytes.`;
      return ask.mustBeNew && taken.has(text) ? t`There is a database of this name already.` : undefined;
    },
  });
  if (name === undefined) throw new AppError('cancelled');
  return name;
}

/** NAMEDATALEN - 1 */
const maxBytes = 63;
