import { own } from '../../base/ownSaying';
import type { JsonObject } from '../../base/json';
import { Environment, type ASTNode } from '@marcbachmann/cel-js';

/** What is known of the place an operation reads or changes. What is not known is absent, and then no expression that needs it holds. */
export interface PlaceFacts {
  readonly cluster: string;
  readonly namespace: string;
  readonly workload: string;
  readonly database?: string | undefined;
  readonly environment?: string | undefined;
  readonly customerFacing?: boolean | undefined;
  readonly personalData?: boolean | undefined;
  readonly critical?: boolean | undefined;
  /** bytes */
  readonly bytes?: number | undefined;
}

/** What expressions speak of. */
export interface Facts {
  readonly request: {
    readonly operation: string;
    /** a database that is there is replaced, put back or dropped */
    readonly replaces?: boolean | undefined;
    readonly masked?: boolean | undefined;
    readonly emergency: boolean;
    readonly inPlace?: boolean | undefined;
    readonly reason?: string | undefined;
    readonly ticket?: string | undefined;
  };
  readonly source?: PlaceFacts | undefined;
  readonly target?: PlaceFacts | undefined;
  readonly time: { readonly hour: number; readonly minute: number; readonly weekday: string; readonly date: string };
}

/** What is wrong with an expression, and where in it; offsets count from 0. */
export interface ExpressionProblem {
  readonly code: string;
  readonly message: string;
  readonly start: number;
}

/** One condition that made an expression true, with the value it met. */
export interface Because {
  /** `target.environment`; absent for a condition of another form */
  readonly fact?: string;
  readonly value?: string | number | boolean;
  /** the condition as it is written */
  readonly text: string;
}

const place = {
  ...{ cluster: 'string', namespace: 'string', workload: 'string', database: 'string', environment: 'string' },
  ...{ customerFacing: 'bool', personalData: 'bool', critical: 'bool', bytes: 'int' },
} as const;

/** The language is CEL as the API server's admission policies speak it; nothing in it can loop without an end, write, or ask anybody. */
const language = new Environment({ limits: { maxAstNodes: 2000, maxDepth: 50 } })
  .registerVariable('request', {
    schema: {
      ...{ operation: 'string', replaces: 'bool', masked: 'bool', emergency: 'bool', inPlace: 'bool' },
      ...{ reason: 'string', ticket: 'string' },
    },
  })
  .registerVariable('source', { schema: place })
  .registerVariable('target', { schema: place })
  .registerVariable('time', { schema: { hour: 'int', minute: 'int', weekday: 'string', date: 'string' } });

/** What is wrong with an expression that is to be true or false; undefined: nothing. Pure. */
export function checkExpression(text: string): ExpressionProblem | undefined {
  const { valid, type, error } = language.check(text);
  if (!valid) {
    const { code = 'invalid', summary, range } = error as unknown as Failure;
    return { code, message: summary ?? own('own.unreadable'), start: range?.start ?? 0 };
  }
  return type === 'bool' ? undefined : { code: 'not_bool', message: `it is ${type ?? 'nothing'}, not bool`, start: 0 };
}

interface Failure {
  readonly code?: string;
  readonly summary?: string;
  readonly range?: { readonly start: number };
}

/** Whether an expression holds; `missing`: it cannot be told, since a fact is not known (which, as far as the expression says). Pure. */
export function holds(text: string, facts: Facts): { readonly is: boolean } | { readonly missing: string } {
  const known = knownOf(facts);
  try {
    return { is: language.evaluate(text, known) === true };
  } catch (error) {
    const { range, summary } = error as Failure & { range?: { start: number; end: number } };
    const at = range === undefined ? undefined : placeInText(text, range);
    return { missing: at ?? summary ?? 'a fact' };
  }
}

/** The conditions that made it true: of an `||` the side that holds, of an `&&` both. Only of an expression that holds. Pure. */
export function because(text: string, facts: Facts): readonly Because[] {
  const known = knownOf(facts);
  const isTrue = (node: ASTNode): boolean => {
    // one by one: what spans several has no text that can be read by itself
    if (node.op === '||') return node.args.some(isTrue);
    if (node.op === '&&') return node.args.every(isTrue);
    try {
      return language.evaluate(textOf(node), known) === true;
    } catch {
      return false;
    }
  };
  const walk = (node: ASTNode): readonly Because[] => {
    if (node.op === '||') {
      const side = node.args.find(isTrue);
      return side === undefined ? [{ text: textOf(node) }] : walk(side);
    }
    if (node.op === '&&') return [...walk(node.args[0]), ...walk(node.args[1])];
    const named = node.op === '==' || node.op === '!=' || node.op === 'in' ? node.args[0] : node;
    const fact = pathOf(named);
    if (fact === undefined || !isTrue(node)) return [{ text: textOf(node) }];
    const value: unknown = language.evaluate(fact, known);
    const plain = typeof value === 'bigint' ? Number(value) : value;
    const isPlain = typeof plain === 'string' || typeof plain === 'number' || typeof plain === 'boolean';
    return [{ fact, text: textOf(node), ...(isPlain ? { value: plain } : {}) }];
  };
  return walk(language.parse(text).ast);
}

function textOf({ input, range }: ASTNode): string {
  return input.slice(range.start, range.end);
}

/** `target.environment` of a node that is that and nothing else. */
function pathOf(node: ASTNode): string | undefined {
  if (node.op === 'id') return node.args;
  if (node.op !== '.') return undefined;
  const before = pathOf(node.args[0]);
  return before === undefined ? undefined : `${before}.${node.args[1]}`;
}

/** The whole name that an error points into: it may point at a part of it alone. */
function placeInText(text: string, { start }: { readonly start: number }): string | undefined {
  return [...text.matchAll(/[A-Za-z_][\w.]*/g)].find(
    (one) => one.index <= start && start < one.index + one[0].length,
  )?.[0];
}

/** As the language has them: what is not known is not there, whole numbers are big ones. */
function knownOf({ request, source, target, time }: Facts): JsonObject {
  const present = (fields: object): JsonObject =>
    Object.fromEntries(
      Object.entries(fields)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [name, typeof value === 'number' ? BigInt(Math.round(value)) : value]),
    );
  return {
    ...{ request: present(request), time: present(time) },
    ...(source === undefined ? {} : { source: present(source) }),
    ...(target === undefined ? {} : { target: present(target) }),
  };
}
