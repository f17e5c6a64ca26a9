import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { isMap, isNode, isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';
import { AppError } from '../../base/errors';
import { canonical } from '../../state/canonical';
import { checkExpression } from './expression';
import { operationPolicy, type OperationPolicy } from './policySchema';

/** One thing that is wrong with a policy, and where. Lines and columns count from 1. */
export interface PolicyProblem {
  readonly line: number;
  readonly column: number;
  readonly reason: 'yaml' | 'alias' | 'missing' | 'unknown' | 'value' | 'window' | 'rule' | 'expression' | 'unused';
  /** which key, expression or value it is about */
  readonly what: string;
  /** what an expression's error says */
  readonly message?: string;
}

/** A policy that was read: what it says, and the SHA-256 of that, as hexadecimal digits. */
export interface ReadPolicy {
  readonly policy: OperationPolicy;
  readonly digest: string;
}

/** bytes that a policy may have */
export const longestPolicy = 1 << 20;
const mostProblems = 20;

/**
 * Reads a policy: YAML or JSON. What is not known is refused, tags and anchors too, and every expression is checked for facts that there are and for being true or false. Throws
 * `policy.invalid` { problems }.
 */
export function readPolicy(text: string): ReadPolicy {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  const problems: PolicyProblem[] = [];
  const problem = (offset: number, reason: PolicyProblem['reason'], what: string, message?: string): void => {
    const { line, col } = lines.linePos(offset);
    const place = { line: Math.max(1, line), column: Math.max(1, col) };
    problems.push({ ...place, reason, what, ...(message === undefined ? {} : { message }) });
  };
  for (const error of [...document.errors, ...document.warnings]) problem(error.pos[0], 'yaml', error.code);
  visit(document, {
    Alias: (_key, node) => problem(node.range?.[0] ?? 0, 'alias', node.source),
    Scalar: (_key, { anchor, range }) => {
      if (anchor !== undefined) problem(range?.[0] ?? 0, 'alias', anchor);
    },
  });
  if (problems.length > 0) throw new AppError('policy.invalid', { problems: problems.slice(0, mostProblems) });
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  const read = v.safeParse(operationPolicy, value);
  if (!read.success) {
    for (const issue of read.issues) problem(offsetOf(document, issue), reasonOf(issue), whatOf(issue));
    throw new AppError('policy.invalid', { problems: problems.slice(0, mostProblems) });
  }
  const { classes, rules, recurring = [] } = read.output.spec;
  const expressions = [
    ...classes.map(({ when }, at) => ({ when, path: ['spec', 'classes', at, 'when'] })),
    ...recurring.map(({ when }, at) => ({ when, path: ['spec', 'recurring', at, 'when'] })),
  ];
  for (const { when, path } of expressions) {
    const wrong = checkExpression(when);
    if (wrong !== undefined) problem(startOf(document, path), 'expression', when, wrong.message);
  }
  for (const name of Object.keys(rules))
    if (!classes.some((one) => one.name === name)) problem(startOf(document, ['spec', 'rules', name]), 'unused', name);
  if (problems.length > 0) throw new AppError('policy.invalid', { problems: problems.slice(0, mostProblems) });
  return { policy: read.output, digest: createHash('sha256').update(canonical(read.output.spec)).digest('hex') };
}

type Issue = v.BaseIssue<unknown>;

function reasonOf(issue: Issue): PolicyProblem['reason'] {
  if (issue.type === 'check' && issue.message === 'window') return 'window';
  if (issue.type === 'check' && issue.message === 'rule') return 'rule';
  if (issue.kind === 'schema' && issue.expected === 'never') return 'unknown';
  return issue.kind === 'schema' && issue.input === undefined ? 'missing' : 'value';
}

function whatOf(issue: Issue): string {
  return v.getDotPath(issue) ?? 'policy';
}

function offsetOf(document: Document.Parsed, issue: Issue): number {
  const path = (issue.path ?? []).map(({ key }) => key);
  if (reasonOf(issue) === 'unknown') {
    const map = document.getIn(path.slice(0, -1), true);
    const pair = isMap(map) ? map.items.find(({ key }) => isScalar(key) && key.value === path.at(-1)) : undefined;
    if (isNode(pair?.key) && pair.key.range) return pair.key.range[0];
  }
  return startOf(document, path);
}

/** Where a key's value stands, or, where it is missing, what it is missing in. */
function startOf(document: Document.Parsed, path: readonly unknown[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range[0] ?? 0;
}
