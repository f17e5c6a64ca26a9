/** A question to a database that was restored, and what it must answer. */
export interface DrillCheck {
  /** what people call it */
  readonly name: string;
  /** one statement that gives one value; tables outside of the schema public are named with theirs */
  readonly sql: string;
  /** the value as text, or a comparison with a number: `> 0`, `>= 100`, `!= 0` */
  readonly expect: string;
}

/** What came of one. `failed`: it gave no answer at all, which says nothing of the database. */
export interface CheckResult {
  readonly name: string;
  readonly outcome: 'met' | 'unmet' | 'failed';
  readonly expect: string;
  /** a number or a truth value that it answered; nothing else of a database is repeated */
  readonly answer?: string;
  /** the SQLSTATE of what failed */
  readonly sqlState?: string;
}

/** What is too much of it. */
export const checkLimits = { checks: 100, name: 200, sql: 10_000, expect: 1000, seconds: 600 } as const;

/** True where an answer is the one that is expected. `undefined`: no row, or NULL, which is never expected. Pure. */
export function isExpected(answer: string | undefined, expect: string): boolean {
  if (answer === undefined) return false;
  const comparison = /^(>=|<=|<>|!=|>|<|=)\s*(-?\d+(?:\.\d+)?)$/.exec(expect.trim());
  if (!comparison) return answer === expect;
  const [, operator = '', number = ''] = comparison;
  if (!isNumber(answer)) return false;
  const order = compareNumbers(answer, number);
  switch (operator) {
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '=':
      return order === 0;
    default:
      return order !== 0;
  }
}

/** What may be repeated of an answer: no text of a row. Pure. */
export function shownAnswer(answer: string | undefined): string {
  if (answer === undefined) return 'no value';
  return isNumber(answer) || ['true', 'false'].includes(answer) ? answer : 'another text';
}

function isNumber(text: string): boolean {
  return /^-?\d{1,30}(?:\.\d{1,30})?$/.test(text);
}

/** Whole numbers as such: a count may have more digits than a double. */
function compareNumbers(left: string, right: string): number {
  if (!left.includes('.') && !right.includes('.')) {
    const [a, b] = [BigInt(left), BigInt(right)];
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return Number(left) - Number(right);
}
