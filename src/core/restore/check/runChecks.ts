import { own } from '../../base/ownSaying';
import { AppError } from '../../base/errors';
import { parseAs } from '../../base/json';
import { sqlStateOf } from '../../base/said/serverMessage';
import * as v from 'valibot';
import { capture } from '../../exec/podExec';
import { linesOf, psqlCommand, textEncoding, type SqlOptions } from '../../pod/server/sql';
import { quoteLiteral } from '../../postgres/sql/quote';
import type { Access } from '../../postgres/tools/access';
import type { Workplace } from '../databaseRow';
import { checkLimits, isExpected, shownAnswer, type CheckResult, type DrillCheck } from './checks';

/** In whose name checks are asked. */
export interface Asker {
  readonly access: Access;
  /** the line that the command is fed first; empty where it wants none */
  readonly password: string;
}

/**
 * Asks a database that was restored, in a role that owns nothing and has no right outside of it, each question in a transaction of its own that changes nothing. The statement is a value on its
 * way: nothing in it is a command of psql. What gives no answer is `failed`. Throws `cancelled`, and what the exec throws.
 */
export async function runChecks(
  server: Workplace,
  database: string,
  checks: readonly DrillCheck[],
  asker: Asker,
  options: SqlOptions,
): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { name, sql, expect } of checks) {
    const end = await capture(server.exec, psqlCommand(asker.access, database, options.application), {
      input: `${asker.password}${textEncoding}${script(sql)}`,
      most: 1 << 20,
      decode: linesOf,
      ...(options.signal ? { signal: options.signal } : {}),
    });
    if (end.exitCode !== 0) {
      const sqlState = sqlStateOf(end.stderr);
      // without one it was not the statement that failed
      if (sqlState === undefined) {
        throw new AppError('exec.failed', { tool: 'psql', exitCode: end.exitCode, stderr: '', database });
      }
      results.push({ name, expect, outcome: 'failed', sqlState });
      continue;
    }
    const answer = answerIn(end.stdout, database);
    const outcome = isExpected(answer, expect) ? 'met' : 'unmet';
    results.push({ name, expect, outcome, answer: shownAnswer(answer) });
  }
  return results;
}

const answerForm = v.object({ answer: v.nullable(v.string()) });

function answerIn(stdout: string, database: string): string | undefined {
  const read = parseAs(answerForm, stdout.trim());
  if (read) return read.answer ?? undefined;
  throw new AppError('exec.answer', { tool: 'psql', message: own('own.checkJson'), database });
}

/** More characters of an answer are not looked at. */
const longestAnswer = 2000;

function script(sql: string): string {
  const body = `declare answer text; begin
  begin
    execute ${quoteLiteral(sql)} into strict answer;
  exception when no_data_found then answer := null;
  end;
  perform pg_catalog.set_config('db_ferry.answer', pg_catalog.json_build_object('answer', pg_catalog.left(answer, ${longestAnswer}))::pg_catalog.text, true);
end`;
  return `begin transaction isolation level repeatable read read only;
set local statement_timeout = ${checkLimits.seconds * 1000};
set local search_path = pg_catalog, public, pg_temp;
do language plpgsql ${quoteLiteral(body)};
select pg_catalog.current_setting('db_ferry.answer');
rollback;
`;
}
