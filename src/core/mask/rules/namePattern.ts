/** `schema.table.column` or `schema.table`, with `*` for any part of a name; a name in double quotes is meant as it stands. */
export interface NamePattern {
  readonly text: string;
  readonly parts: readonly NamePart[];
}

export interface NamePart {
  readonly text: string;
  /** what stands between its stars; one piece: no star */
  readonly pieces: readonly string[];
}

/** Reads a pattern of `count` names; undefined where it is none. */
export function parsePattern(text: string, counts: readonly number[]): NamePattern | undefined {
  const parts: NamePart[] = [];
  let at = 0;
  for (;;) {
    const part = text.charAt(at) === '"' ? quotedPart(text, at) : barePart(text, at);
    if (part === undefined) return undefined;
    parts.push(part.part);
    at = part.end;
    if (at === text.length) break;
    if (text.charAt(at) !== '.') return undefined;
    at += 1;
  }
  return counts.includes(parts.length) ? { text, parts } : undefined;
}

/** Whether a name is what a part of a pattern means. Linear in the name for each piece. */
export function partMatches({ pieces }: NamePart, name: string): boolean {
  const [first = '', ...rest] = pieces;
  if (rest.length === 0) return name === first;
  if (!name.startsWith(first)) return false;
  let at = first.length;
  const last = rest.pop() ?? '';
  for (const piece of rest) {
    const found = name.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

/** A name as a pattern that matches it alone. */
export function asPattern(...names: readonly string[]): string {
  return names.map((name) => (/^[^".*]+$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`)).join('.');
}

function barePart(text: string, from: number): { part: NamePart; end: number } | undefined {
  const dot = text.indexOf('.', from);
  const end = dot < 0 ? text.length : dot;
  const part = text.slice(from, end);
  return part === '' || part.includes('"') ? undefined : { part: { text: part, pieces: part.split('*') }, end };
}

function quotedPart(text: string, from: number): { part: NamePart; end: number } | undefined {
  let name = '';
  for (let at = from + 1; at < text.length; at += 1) {
    if (text.charAt(at) !== '"') name += text.charAt(at);
    else if (text.charAt(at + 1) === '"') {
      name += '"';
      at += 1;
    } else return name === '' ? undefined : { part: { text: name, pieces: [name] }, end: at + 1 };
  }
  return undefined;
}
