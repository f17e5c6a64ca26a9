/**
 * Forms of messages that are known: what stands in a slot is a name of an object (`{n}`) or a number (`{d}`) and is shown, or a value (`{v}`) and is not. A message
 * of any other form may hold anything, since triggers and functions raise what they like.
 */

/** Renders `text` by the first form that it has; undefined where it has none. Linear in the text for each form. */
export function knownForm(forms: readonly Form[], text: string): string | undefined {
  if (text.length > longest) return undefined;
  for (const form of forms) {
    const rendered = render(form, text);
    if (rendered !== undefined) return rendered;
  }
  return undefined;
}

/** A form taken apart: a text, a slot, a text, and so on. */
export type Form = readonly { readonly before: string; readonly slot?: 'n' | 'd' | 'v' }[];

/** Takes forms apart, one a line. */
export function formsOf(lines: string): Form[] {
  return lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const parts = line.split(/\{([ndv])\}/);
      return Array.from({ length: (parts.length + 1) / 2 }, (_, at) => {
        const slot = parts[at * 2 + 1] as 'n' | 'd' | 'v' | undefined;
        return { before: parts[at * 2] ?? '', ...(slot === undefined ? {} : { slot }) };
      });
    });
}

const longest = 2000;
/** two names of 63 characters, their schemas, a function's arguments */
const longestName = 400;

function render(form: Form, text: string): string | undefined {
  const first = form[0]?.before ?? '';
  if (!text.startsWith(first)) return undefined;
  let at = first.length;
  let shown = first;
  for (const [index, { slot }] of form.entries()) {
    if (slot === undefined) return at === text.length ? shown : undefined;
    const after = form[index + 1]?.before ?? '';
    const isLast = index + 2 >= form.length && form[index + 1]?.slot === undefined;
    const end = isLast ? text.length - after.length : text.indexOf(after, at);
    if (end < at || !text.startsWith(after, end)) return undefined;
    const filling = text.slice(at, end);
    if (slot === 'd' && !/^-?\d+$/.test(filling)) return undefined;
    if (slot === 'n' && filling.length > longestName) return undefined;
    shown += (slot === 'v' ? '…' : filling) + after;
    at = end + after.length;
  }
  return shown;
}
