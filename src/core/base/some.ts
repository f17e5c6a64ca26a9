/** `1 session`, `2 sessions`: a count and its noun, for the lines that people read. */
export function some(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}
