/**
 * Large objects in a script are opened, written to and closed in one transaction. Here each write says by itself where it belongs, so that it needs none.
 */
export class LargeObjects {
  #oid: string | undefined;
  #offset = 0;

  /** What is to be done instead of a statement; `done`: nothing. `text` is its beginning, as Latin 1. */
  change(statement: Buffer, text: string): Buffer | 'done' {
    const opened = /^\s*select\s+(?:pg_catalog\.)?lo_open\('(\d+)',\s*\d+\)\s*$/i.exec(text)?.[1];
    if (opened !== undefined) {
      this.#oid = opened;
      this.#offset = 0;
      return 'done';
    }
    if (this.#oid === undefined) return statement;
    if (/^\s*select\s+(?:pg_catalog\.)?lo_close\(0\)\s*$/i.test(text)) {
      this.#oid = undefined;
      return 'done';
    }
    const whole = statement.toString('latin1');
    const [, literal, digits] =
      /^\s*select\s+(?:pg_catalog\.)?lowrite\(0,\s*(E?'\\{1,2}x([0-9a-f]*)')\)\s*$/i.exec(whole) ?? [];
    if (literal === undefined || digits === undefined) return statement;
    const at = this.#offset;
    this.#offset += digits.length / 2;
    return Buffer.from(`SELECT pg_catalog.lo_put(${this.#oid}, ${at}, ${literal})`);
  }
}
