import { isAlias, LineCounter, parseDocument, visit } from 'yaml';
import * as v from 'valibot';
import { AppError } from '../../base/errors';
import { checkLimits, type DrillCheck } from './checks';

const line = (most: number): v.GenericSchema<unknown, string> =>
  v.pipe(
    v.union([v.string(), v.number(), v.boolean()]),
    v.transform(String),
    v.minLength(1),
    v.maxLength(most),
    v.check((text) => !text.includes('\0')),
  );

/** A check as a request holds it. */
export const checkForm = v.strictObject({
  ...{ name: line(checkLimits.name), sql: line(checkLimits.sql), expect: line(checkLimits.expect) },
});

const fileForm = v.strictObject({
  checks: v.pipe(v.array(checkForm), v.minLength(1), v.maxLength(checkLimits.checks)),
});

/** bytes that a file of checks may have */
export const longestChecks = 1 << 20;

/**
 * Reads a file of checks: `checks:` with a list of `sql`, `expect` and `name`, which without one is the beginning of its SQL. Throws `usage` { rule: 'drill.checks' } with the line, or the field, that is not as it
 * should be; never a text of the file.
 */
export function readChecks(text: string): readonly DrillCheck[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, version: '1.2' });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw refused(`line ${lines.linePos(problem.pos[0]).line}`);
  visit(document, {
    Node: (_key, node) => {
      if (isAlias(node) || 'anchor' in node) throw refused(`line ${lines.linePos(node.range?.[0] ?? 0).line}`);
    },
  });
  const value = unnamed(document.toJS());
  const read = v.safeParse(fileForm, value);
  if (!read.success) throw refused(v.getDotPath(read.issues[0]) ?? 'checks');
  return read.output.checks;
}

function refused(at: string): AppError {
  return new AppError('usage', { rule: 'drill.checks', at });
}

/** One without a name is called by its SQL. */
function unnamed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('checks' in value) || !Array.isArray(value.checks)) return value;
  const checks = value.checks.map((one: unknown) => {
    if (typeof one !== 'object' || one === null || 'name' in one) return one;
    const sql = 'sql' in one && typeof one.sql === 'string' ? one.sql : '';
    return { name: sql.replaceAll(/\s+/g, ' ').trim().slice(0, 80), ...one };
  });
  return { ...value, checks };
}
