import { make } from './dom';
import type { RowSet } from './rowSet';

/**
 * A list of any length, of which only what is in sight is made. It scrolls with the page, under headings that stay; each heading is a button that
 * sorts. One row is the active one: the arrow keys move it, and a screen reader follows.
 */
export class RowList {
  readonly element: HTMLElement;
  readonly #set: RowSet;
  readonly #body = make('div', { class: 'rows', role: 'rowgroup' });
  readonly #buttons = new Map<string, HTMLElement>();
  readonly #made = new Map<number, HTMLElement>();
  readonly #headings: HTMLElement;
  #rows: readonly number[] = [];
  #active = 0;
  #height = 0;
  #frame = 0;

  constructor(set: RowSet, onSort: (sort: readonly [string, boolean]) => void) {
    this.#set = set;
    this.#headings = make('div', { class: 'row headings', role: 'row', 'aria-rowindex': '1' });
    for (const column of set.columns) this.#headings.append(this.#heading(column, onSort));
    this.element = make(
      'div',
      {
        class: `list columns-${set.columns.length} of-${set.id}`,
        role: 'grid',
        tabindex: '0',
        'aria-label': set.title,
      },
      make('div', { class: 'sticky', role: 'rowgroup' }, this.#headings),
      this.#body,
    );
    this.element.addEventListener('keydown', this.#onKey);
    this.element.addEventListener('focus', () => this.#mark());
    this.#body.addEventListener('mousedown', (event) => this.#onPress(event));
    window.addEventListener('scroll', this.#onScroll, { passive: true });
    window.addEventListener('resize', this.#onResize);
  }

  /** Shows these rows, from the top of the active one. */
  show(rows: readonly number[], sort: readonly [string, boolean]): void {
    this.#rows = rows;
    this.#active = 0;
    this.element.setAttribute('aria-rowcount', String(rows.length + 1));
    for (const [id, heading] of this.#buttons) {
      const way = id === sort[0] ? (sort[1] ? 'descending' : 'ascending') : 'none';
      heading.setAttribute('aria-sort', way);
    }
    this.#onResize();
  }

  /** Writes the rows in sight anew, where they stand. */
  refresh(): void {
    for (const element of this.#made.values()) element.remove();
    this.#made.clear();
    this.#draw();
  }

  remove(): void {
    window.removeEventListener('scroll', this.#onScroll);
    window.removeEventListener('resize', this.#onResize);
    cancelAnimationFrame(this.#frame);
    this.element.remove();
  }

  #heading({ id, title, isNumber }: RowSet['columns'][number], onSort: (sort: [string, boolean]) => void): HTMLElement {
    const button = make('button', { type: 'button' }, make('span', { class: 'title' }, title));
    const cell = make('div', { role: 'columnheader', class: isNumber === true ? 'cell number' : 'cell' }, button);
    button.addEventListener('click', () => {
      const now = cell.getAttribute('aria-sort') ?? 'none';
      onSort([id, now === 'none' ? isNumber === true : now === 'ascending']);
    });
    this.#buttons.set(id, cell);
    return cell;
  }

  readonly #onScroll = (): void => {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#draw());
  };

  /** A row's height depends on font and width: one is measured. */
  readonly #onResize = (): void => {
    const sample = this.#make(0);
    this.#body.append(sample);
    this.#height = sample.getBoundingClientRect().height;
    sample.remove();
    this.#body.style.height = `${this.#height * this.#rows.length}px`;
    this.refresh();
  };

  #draw(): void {
    if (this.#height === 0) return;
    const top = this.#body.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor(-top / this.#height) - spare);
    const last = Math.min(this.#rows.length, Math.ceil((window.innerHeight - top) / this.#height) + spare);
    for (const [at, element] of this.#made) {
      if (at >= first && at < last) continue;
      element.remove();
      this.#made.delete(at);
    }
    for (let at = first; at < last; at += 1) {
      if (this.#made.has(at)) continue;
      const element = this.#make(at);
      this.#made.set(at, element);
      this.#body.append(element);
    }
    this.#mark();
  }

  #make(at: number): HTMLElement {
    const row = make('div', { class: 'row', role: 'row', id: `row-${at}`, 'aria-rowindex': String(at + 2) });
    row.style.top = `${at * this.#height}px`;
    for (const [index, { title, isNumber }] of this.#set.columns.entries()) {
      const text = this.#set.text(this.#rows[at] ?? -1, index);
      const kind = isNumber === true ? 'cell number' : 'cell';
      row.append(make('div', { class: kind, role: 'gridcell', title: text, 'data-title': title }, text));
    }
    return row;
  }

  /** The active row, which a screen reader is told of. */
  #mark(): void {
    for (const [at, element] of this.#made) element.setAttribute('aria-selected', String(at === this.#active));
    if (this.#made.has(this.#active)) this.element.setAttribute('aria-activedescendant', `row-${this.#active}`);
    else this.element.removeAttribute('aria-activedescendant');
  }

  #activate(at: number): void {
    this.#active = Math.max(0, Math.min(this.#rows.length - 1, at));
    const body = this.#body.getBoundingClientRect().top;
    const top = body + this.#active * this.#height;
    const under = this.#headings.getBoundingClientRect().bottom;
    if (top < under) window.scrollBy({ top: top - under });
    else if (top + this.#height > window.innerHeight) window.scrollBy({ top: top + this.#height - window.innerHeight });
    this.#draw();
  }

  #onPress({ target }: Event): void {
    const row = target instanceof Element ? target.closest('.row') : null;
    for (const [at, element] of this.#made) if (element === row) this.#active = at;
    this.#mark();
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.target !== this.element || event.altKey) return;
    if (event.key === 'c' && (event.ctrlKey || event.metaKey)) this.#copy(event);
    if (event.ctrlKey || event.metaKey) return;
    const page = Math.max(1, Math.floor(window.innerHeight / this.#height) - 6);
    const steps: Readonly<Record<string, number>> = {
      ...{ ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page },
      ...{ Home: -this.#rows.length, End: this.#rows.length },
    };
    const step = steps[event.key];
    if (step === undefined || this.#rows.length === 0) return;
    event.preventDefault();
    this.#activate(this.#active + step);
  };

  /** The active row's name, unless some text is selected. */
  #copy(event: KeyboardEvent): void {
    if (window.getSelection()?.isCollapsed === false) return;
    event.preventDefault();
    void navigator.clipboard.writeText(this.#set.text(this.#rows[this.#active] ?? -1, 0));
  }
}

/** rows made beyond each edge, so that a quick scroll shows no gap */
const spare = 12;
