import { translated } from './language';

/** `1 session`, `2 sessions`: a count and its noun, which has a message for one and a message for more. */
export function some(count: number, noun: string): string {
  return translated(`{0} ${noun}${count === 1 ? '' : 's'}`, [count.toLocaleString('en-US')]);
}
