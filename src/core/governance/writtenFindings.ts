import { note, type Finding } from '../base/finding';
import { mostFindingData, mostFindings, type RequestSpec } from './operationRequest';

type Written = NonNullable<RequestSpec['findings']>;

/**
 * What was found as a request keeps it, the gravest first: no more than it has room for, and none longer than somebody reads. What is left out is counted in a finding of its own; of one whose facts are too long the code stays, with as much
 * of each list as there is room for, and how much more there is. Pure.
 */
export function writtenFindings(findings: readonly Finding[]): Written {
  const sorted = [...findings].sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
  const kept = sorted.length > mostFindings ? sorted.slice(0, mostFindings - 1) : sorted;
  const more = sorted.length - kept.length;
  const all: readonly Finding[] = more === 0 ? kept : [...kept, note('policy.moreFindings', { count: more })];
  return all.map(({ level, code, data }) => ({ level, code, data: shortened({ ...data }) }));
}

const order: readonly Finding['level'][] = ['block', 'warn', 'note'];

function shortened(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  for (const [items, characters] of rooms) {
    let left = 0;
    const short = (value: unknown): unknown => {
      if (typeof value === 'string' && value.length > characters) return `${value.slice(0, characters)}…`;
      if (Array.isArray(value)) {
        left += Math.max(0, value.length - items);
        return value.slice(0, items).map(short);
      }
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, short(one)]));
    };
    const made = short(data) as Record<string, unknown>;
    if (left > 0) made['leftOut'] = left;
    if (JSON.stringify(made).length <= mostFindingData) return made;
  }
  return { leftOut: 1 };
}

/** so many of a list, so many characters of a text; the first is as good as all */
const rooms = [
  [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  [20, 200],
  [5, 100],
  [1, 50],
] as const;
