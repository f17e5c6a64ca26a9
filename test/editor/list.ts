import type { Locator, Page } from 'playwright-core';

/** One row of a list or tree as it stands in the page. */
export interface RowState {
  readonly index: number;
  /** 1 = top level */
  readonly level: number;
  readonly label: string;
  readonly description: string;
  /** undefined: it has no children */
  readonly expanded: boolean | undefined;
  readonly selected: boolean;
  /** what a screen reader says */
  readonly spoken: string;
}

/** A label as it stands there, or a pattern. */
export type Label = string | RegExp;

/** A row as a line of text, indented by its level. */
export function line({ level, label, description }: RowState): string {
  return `${'  '.repeat(level - 1)}${label}${description === '' ? '' : `  (${description})`}`;
}

function fits(text: string, label: Label): boolean {
  return typeof label === 'string' ? text === label : label.test(text);
}

/** A pattern that is this text from end to end. */
export function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
}

/** VS Code's list, which holds only the rows in sight in the page: this one looks at all of them by scrolling. */
export class List {
  constructor(
    private readonly page: Page,
    private readonly list: Locator,
  ) {}

  /** All rows; those out of sight are scrolled to. */
  async rows(): Promise<RowState[]> {
    return (await this.#scan(() => undefined)).rows;
  }

  /** The row that a path of labels leads to, scrolled into sight; undefined when there is none. */
  async find(path: readonly Label[]): Promise<{ state: RowState; element: Locator } | undefined> {
    const { found } = await this.#scan((rows) => follow(rows, path));
    if (found === undefined) return undefined;
    // the label once more: a row that moved in the meantime is not taken for another one
    const same = this.page.locator('.label-name', { hasText: exactly(found.label) });
    const element = this.list.locator(`.monaco-list-rows > .monaco-list-row[data-index="${String(found.index)}"]`);
    return { state: found, element: element.filter({ has: same }) };
  }

  /** Looks at what is in sight first; scrolls from the top only when that does not answer. */
  async #scan(
    choose: (rows: RowState[]) => RowState | undefined,
  ): Promise<{ rows: RowState[]; found: RowState | undefined }> {
    let { rows, isEnd, box } = await this.#inSight();
    const found = choose(rows);
    if (found !== undefined || (isEnd && (rows[0]?.index ?? 0) === 0)) return { rows, found };
    const known = new Map<number, RowState>();
    await this.#scroll(-1_000_000);
    for (;;) {
      ({ rows, isEnd, box } = await this.#inSight());
      for (const row of rows) known.set(row.index, row);
      const all = [...known.values()].sort((a, b) => a.index - b.index);
      const target = choose(all);
      if (target !== undefined || isEnd || box === 0) return { rows: all, found: target };
      await this.#scroll(box * 0.6);
    }
  }

  /** Not by the mouse: that one turns the wheel by two rows whatever it is told. */
  async #scroll(pixels: number): Promise<void> {
    const wheel = { deltaY: pixels, wheelDeltaY: (-pixels / 50) * 120, bubbles: true, cancelable: true };
    await this.list.locator('.monaco-scrollable-element').first().dispatchEvent('wheel', wheel);
    await this.page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  }

  async #inSight(): Promise<{ rows: RowState[]; isEnd: boolean; box: number }> {
    const read = await this.#rows().evaluateAll((elements) =>
      (elements as unknown as PageElement[]).map((row) => ({
        row: {
          index: Number(row.getAttribute('data-index')),
          level: Number(row.getAttribute('aria-level') ?? '1'),
          label: row.querySelector('.label-name')?.textContent ?? '',
          description: row.querySelector('.label-description')?.textContent ?? '',
          // tells "folded" from "nothing to fold"
          expanded: { true: true, false: false }[row.getAttribute('aria-expanded') ?? ''],
          selected: row.getAttribute('aria-selected') === 'true',
          spoken: row.getAttribute('aria-label') ?? '',
        },
        isLast: row.getAttribute('data-last-element') === 'true',
      })),
    );
    const rows = read.map(({ row }) => row).sort((a, b) => a.index - b.index);
    const box = await this.list.boundingBox();
    return { rows, isEnd: read.length === 0 || read.some(({ isLast }) => isLast), box: box?.height ?? 0 };
  }

  #rows(): Locator {
    return this.list.locator('.monaco-list-rows > .monaco-list-row');
  }
}

/** What is used of a page's element; the project's types know no DOM. */
interface PageElement {
  getAttribute(name: string): string | null;
  querySelector(selector: string): { readonly textContent: string } | null;
}

/** Rows in order: each label is looked for among the children of the row before. */
function follow(rows: readonly RowState[], path: readonly Label[]): RowState | undefined {
  let parent: RowState | undefined;
  for (const label of path) {
    const level: number = (parent?.level ?? 0) + 1;
    const from: number = parent === undefined ? 0 : rows.indexOf(parent) + 1;
    const end = rows.findIndex((row, at) => at >= from && row.level < level);
    parent = rows
      .slice(from, end === -1 ? undefined : end)
      .find((row) => row.level === level && fits(row.label, label));
    if (parent === undefined) return undefined;
  }
  return parent;
}
