/** A path of a rule: names and wildcards from the document's root down. */
export interface JsonPath {
  readonly text: string;
  readonly steps: readonly JsonStep[];
}

/** `name`: a member; `any`: any member; `item`: an element of an array; `deep`: any number of steps. */
export type JsonStep = { readonly is: 'name'; readonly name: string } | { readonly is: 'any' | 'item' | 'deep' };

/** Reads `$.user.mail`, `$..ip`, `$.list[*].note`, `$["a.b"].*`, and `**` (everything else). Undefined where it is none. */
export function parseJsonPath(text: string): JsonPath | undefined {
  if (text === '**') return { text, steps: [{ is: 'deep' }] };
  if (!text.startsWith('$')) return undefined;
  const steps: JsonStep[] = [];
  let at = 1;
  while (at < text.length) {
    if (text.startsWith('..', at)) {
      steps.push({ is: 'deep' });
      at += text.startsWith('..[', at) ? 2 : 1;
    } else if (text.startsWith('[*]', at)) {
      steps.push({ is: 'item' });
      at += 3;
    } else if (text.startsWith('["', at)) {
      const end = text.indexOf('"]', at + 2);
      if (end < 0) return undefined;
      steps.push({ is: 'name', name: text.slice(at + 2, end) });
      at = end + 2;
    } else if (text.startsWith('.', at)) {
      const name = /^[^.[\]"]+/.exec(text.slice(at + 1))?.[0];
      if (name === undefined) return undefined;
      steps.push(name === '*' ? { is: 'any' } : { is: 'name', name });
      at += 1 + name.length;
    } else return undefined;
  }
  return { text, steps };
}

/** Where a value stands: names of members, and `item` for the elements of arrays (their numbers do not matter). */
export type JsonPlace = readonly (string | typeof item)[];
export const item = Symbol('item');

/** Whether the path leads to the place, or to something around it: a rule for an object is one for all that is in it. */
export function leadsTo({ steps }: JsonPath, place: JsonPlace): boolean {
  // the steps that may come next, as a set of indexes
  let open = closure(new Set([0]), steps);
  if (open.has(steps.length)) return true;
  for (const part of place) {
    const next = new Set<number>();
    for (const at of open) {
      const step = steps[at];
      if (step === undefined) continue;
      if (step.is === 'deep') next.add(at);
      // an array that a path does not speak of is walked through
      else if (part === item && step.is !== 'item') next.add(at);
      else if (takes(step, part)) next.add(at + 1);
    }
    open = closure(next, steps);
    if (open.has(steps.length)) return true;
  }
  return false;
}

function takes(step: JsonStep, part: string | typeof item): boolean {
  if (step.is === 'item') return part === item;
  if (part === item) return false;
  return step.is === 'any' || (step.is === 'name' && step.name === part);
}

/** `deep` may stand for no step at all; at the end of a path it stands for all that is there. */
function closure(open: Set<number>, steps: readonly JsonStep[]): Set<number> {
  for (const at of open) if (steps[at]?.is === 'deep') open.add(at + 1);
  return open;
}
