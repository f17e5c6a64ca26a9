/**
 * What psql, pg_dump, pg_restore and the server said, without rows, statements and secrets: no `DETAIL`, no statement text
 * (`Command was`, `STATEMENT`, `LINE n`), no value that an error quotes; of a COPY's CONTEXT the table, line and column stay.
 * `cut`: the text may begin in the middle of something. Pure.
 */
export function serverMessage(text: string, options: { readonly cut?: boolean } = {}): string {
  const take = serverLines(options);
  const lines = text.trim().split('\n').map(take);
  return lines.filter((line) => line !== undefined).join('\n');
}

/** The same line by line, in their order: each as it may be shown, or undefined. */
export function serverLines(options: { readonly cut?: boolean } = {}): (line: string) => string | undefined {
  // behind a server's message, what has no label known to us may be a row, a statement, or a label in another language
  let drops = options.cut === true;
  return (line) => {
    if (statement.test(line)) drops = true;
    else if (labelled.test(line)) {
      drops = fromServer.test(line) || line.startsWith('HINT');
      return withoutValue(line);
    } else if (/^CONTEXT: /.test(line)) {
      drops = true;
      return place.exec(line)?.[0];
    }
    return drops ? undefined : line;
  };
}

const statement =
  /^(?:(?:pg_dump|pg_restore|psql): detail: )?(?:(?:Command|Query) was:|DETAIL:|QUERY:|STATEMENT:|LINE \d+:)/;
const fromServer = /(?:ERROR|FATAL|PANIC|WARNING|NOTICE|INFO): /;
const labelled =
  /^(?:(?:pg_dump|pg_restore|pg_dumpall|psql)(?:: |:.*?:\d+: )|(?:ERROR|FATAL|PANIC|WARNING|NOTICE|INFO|HINT): )/;
const place = /^CONTEXT: +(?:COPY .*?, line \d+(?:, column [^:]+)?|PL\/pgSQL function .* line \d+ at .*)/;

/** `invalid input syntax for type integer: "<value>"` and its like. */
function withoutValue(line: string): string {
  return line
    .replace(/((?:invalid input (?:syntax|value) for|malformed) [^"]*: ).*$/, '$1…')
    .replace(/(out of range: ).*$/, '$1…')
    .replace(/(value )".*" (is out of range)/, '$1… $2');
}
