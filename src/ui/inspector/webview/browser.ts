import { count } from '../../../words/format';
import { t } from '../../../words/language';
import type { Measuring } from '../messages';
import { make } from './dom';
import { ask, recall, remember } from './host';
import { RowList } from './rowList';
import type { RowSet } from './rowSet';

/** The lower part of the page: tabs, filter, and the list of the tab that is open. */
export class Browser {
  readonly element: HTMLElement;
  readonly #sets: readonly RowSet[];
  readonly #tabs = new Map<RowSet, HTMLElement>();
  readonly #filter = make('input', { type: 'search', id: 'filter', spellcheck: 'false', autocomplete: 'off' });
  readonly #status = make('p', { class: 'status', role: 'status' });
  readonly #measure = make('div', { class: 'measure' });
  readonly #panel = make('div', { role: 'tabpanel', id: 'panel' });
  #open: RowSet | undefined;
  #list: RowList | undefined;
  #measuring: Measuring = { state: 'unneeded' };

  constructor(sets: readonly RowSet[]) {
    this.#sets = sets;
    const tabs = make('div', { role: 'tablist', class: 'tabs', 'aria-label': t`Contents of the archive` });
    for (const set of sets) tabs.append(this.#tab(set));
    tabs.addEventListener('keydown', (event) => this.#onTabKey(event));
    this.#filter.addEventListener('input', () => this.#select());
    this.#filter.addEventListener('keydown', (event) => {
      if (event.key === 'ArrowDown') this.#list?.element.focus();
    });
    const bar = make('div', { class: 'bar' }, tabs, this.#filter);
    this.element = make('main', {}, bar, make('div', { class: 'line' }, this.#status, this.#measure), this.#panel);
  }

  /** To be called once the page holds it: what the list shows depends on its place. */
  start(): void {
    const { tab, filter, scroll } = recall();
    this.#filter.value = filter;
    this.#show(this.#sets.find(({ id }) => id === tab) ?? this.#sets[0]);
    window.scrollTo({ top: scroll });
  }

  focusFilter(): void {
    this.#filter.focus();
    this.#filter.select();
  }

  /** Empties the filter; false when it is empty already. */
  clearFilter(): boolean {
    if (this.#filter.value === '') return false;
    this.#filter.value = '';
    this.#select();
    return true;
  }

  /** How far the sizes are. The rows in sight are written anew; they are sorted anew only at the end, so that nothing jumps. */
  measured(measuring: Measuring): void {
    const ended = this.#measuring.state === 'running' && measuring.state !== 'running';
    this.#measuring = measuring;
    this.#sayMeasuring();
    if (this.#open?.id !== 'tables') return;
    if (ended) this.#select();
    else this.#list?.refresh();
  }

  #tab(set: RowSet): HTMLElement {
    const number = make('span', { class: 'count' }, count(set.count));
    const tab = make('button', { type: 'button', role: 'tab', 'aria-controls': 'panel' }, set.title, ' ', number);
    tab.id = `tab-${set.id}`;
    tab.addEventListener('click', () => this.#show(set));
    this.#tabs.set(set, tab);
    return tab;
  }

  #onTabKey(event: KeyboardEvent): void {
    const now = this.#open === undefined ? 0 : this.#sets.indexOf(this.#open);
    const last = this.#sets.length - 1;
    const next = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: last }[event.key];
    const set = next === undefined ? undefined : this.#sets[(next + this.#sets.length) % this.#sets.length];
    if (set === undefined) return;
    event.preventDefault();
    this.#show(set);
    this.#tabs.get(set)?.focus();
  }

  #show(set: RowSet | undefined): void {
    if (set === undefined) return;
    this.#open = set;
    for (const [one, tab] of this.#tabs) {
      tab.setAttribute('aria-selected', String(one === set));
      tab.tabIndex = one === set ? 0 : -1;
    }
    this.#panel.setAttribute('aria-labelledby', `tab-${set.id}`);
    this.#filter.placeholder = t`Filter ${set.noun} (press /)`;
    this.#filter.setAttribute('aria-label', t`Filter ${set.noun}`);
    this.#list?.remove();
    this.#list = new RowList(set, (sort) => {
      remember({ sort: { ...recall().sort, [set.id]: sort } });
      this.#select();
    });
    this.#panel.replaceChildren(this.#list.element);
    remember({ tab: set.id });
    this.#sayMeasuring();
    this.#select();
  }

  #select(): void {
    const set = this.#open;
    if (set === undefined) return;
    const filter = this.#filter.value;
    remember({ filter });
    const sort = recall().sort[set.id] ?? set.sort;
    const rows = set.select(filter, sort);
    this.#list?.show(rows, sort);
    this.#status.textContent = statusOf(set, rows);
  }

  #sayMeasuring(): void {
    const { state } = this.#measuring;
    const button = (title: string, type: 'stop' | 'measure'): HTMLElement =>
      make('button', { type: 'button', class: 'secondary', onclick: () => ask(type) }, title);
    const parts: Node[] = [];
    if (this.#open?.id === 'tables' && this.#measuring.state === 'running') {
      const value = String(this.#measuring.percent);
      const progress = make('progress', { max: '100', value, 'aria-label': t`Measuring the sizes` });
      parts.push(make('span', {}, t`Measuring the sizes: ${value} %`), progress, button(t`Stop`, 'stop'));
    }
    if (this.#open?.id === 'tables' && state === 'stopped') {
      parts.push(make('span', {}, t`Not all sizes are measured.`), button(t`Measure`, 'measure'));
    }
    // the button may hold the focus: it is made anew only when it changes
    if (state === 'running' && this.#measure.childElementCount === parts.length && parts.length > 0) {
      for (const [index, part] of parts.slice(0, 2).entries()) this.#measure.children[index]?.replaceWith(part);
    } else this.#measure.replaceChildren(...parts);
  }
}

function statusOf(set: RowSet, rows: readonly number[]): string {
  if (set.count === 0) return set.empty;
  if (rows.length === 0) return t`Nothing fits the filter.`;
  const number = rows.length === set.count ? count(set.count) : t`${count(rows.length)} of ${count(set.count)}`;
  const sum = set.sum(rows);
  return `${number} ${set.noun}${sum === '' ? '' : `: ${sum}`}`;
}
