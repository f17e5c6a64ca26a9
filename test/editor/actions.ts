/** What a person does in a window, counted: each click, each typed text, each key. */
export class Actions {
  #lines: string[] = [];
  #counts = { clicks: 0, typed: 0, keys: 0 };

  /** Mouse clicks since the window was opened or `restart` was called; a drag is one. */
  get clicks(): number {
    return this.#counts.clicks;
  }

  get typed(): number {
    return this.#counts.typed;
  }

  get keys(): number {
    return this.#counts.keys;
  }

  /** Counts from here on: the beginning of a flow. */
  restart(): void {
    this.#lines = [];
    this.#counts = { clicks: 0, typed: 0, keys: 0 };
  }

  add(kind: 'clicks' | 'typed' | 'keys', what: string): void {
    this.#counts[kind] += 1;
    const word = { clicks: 'click', typed: 'type', keys: 'press' }[kind];
    this.#lines.push(`${word} ${kind === 'clicks' ? `${String(this.#counts.clicks)}: ` : ''}${what}`);
  }

  /** One action a line, for a test to print. */
  toString(): string {
    return this.#lines.join('\n');
  }
}
