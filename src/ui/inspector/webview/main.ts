import { speak, t } from '../../../words/language';
import type { Measuring, PageContents, PageTable, PageWords, ToPage } from '../messages';
import { Browser } from './browser';
import { alert, archiveCard, provenanceCard } from './cards';
import { make } from './dom';
import { ask, listen, recall, remember } from './host';
import { sectionsOf } from './sections';

/** The page of the archive inspector: shows what it is told, and asks for what is clicked. */
const page = document.getElementById('page') ?? document.body;
const alerts = make('div', { class: 'alerts' });
let browser: Browser | undefined;
let tables: PageTable[] = [];
let state: Measuring['state'] = 'unneeded';

listen((message: ToPage) => {
  if (message.type === 'language') speakIt(message);
  else if (message.type === 'failed') fail(message.words);
  else if (message.type === 'contents') show(message.contents, message.measuring);
  else {
    for (const [place, bytes] of message.sizes) {
      const table = tables[place];
      if (table !== undefined) tables[place] = { ...table, bytes };
    }
    measured(message.measuring);
  }
});

document.addEventListener('keydown', (event) => {
  const inField = event.target instanceof HTMLInputElement;
  const find = event.key === 'f' && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (find || (event.key === '/' && plain && !inField)) {
    event.preventDefault();
    browser?.focusFilter();
  } else if (event.key === 'Escape' && browser?.clearFilter() === true) event.preventDefault();
});

let waiting = 0;
window.addEventListener('scroll', () => {
  clearTimeout(waiting);
  waiting = window.setTimeout(() => remember({ scroll: window.scrollY }), 200);
});

ask('ready');

function show(contents: PageContents, measuring: Measuring): void {
  tables = [...contents.tables];
  state = measuring.state;
  browser = new Browser(sectionsOf(contents, tables, () => unmeasured()[state]));
  alerts.replaceChildren(...(contents.damage === undefined ? [] : [alert(contents.damage)]));
  const cards = make('div', { class: 'cards' }, archiveCard(contents), provenanceCard(contents.provenance));
  page.replaceChildren(heading(contents), alerts, cards, browser.element);
  const { scroll } = recall();
  browser.start();
  window.scrollTo({ top: scroll });
  measured(measuring);
}

/** What stands for a size that is not known. */
const unmeasured = () => ({ unneeded: '?', running: '…', stopped: '?', done: '?', failed: t`missing` }) as const;

function measured(measuring: Measuring): void {
  state = measuring.state;
  browser?.measured(measuring);
  if (measuring.state === 'failed' && alerts.childElementCount === 0) alerts.append(alert(measuring.words));
}

function speakIt({ language, messages }: Extract<ToPage, { type: 'language' }>): void {
  document.documentElement.lang = language;
  speak(messages);
}

/** Many a file is named so that is none of ours to show. */
function fail(words: PageWords): void {
  browser = undefined;
  const text = make('button', { type: 'button', onclick: () => ask('text') }, t`Open as Text`);
  page.replaceChildren(alert(words), make('div', { class: 'actions' }, text));
}

function heading({ title, name, folder, provenance, damage }: PageContents): HTMLElement {
  const titles = make(
    'div',
    {},
    make('h1', {}, title),
    make('p', { class: 'folder' }, title === name ? folder : `${folder}/${name}`),
  );
  const actions = make('div', { class: 'actions' });
  if (provenance.state !== 'partial') {
    const restore = make('button', { type: 'button', onclick: () => ask('restore') }, t`Restore…`);
    const verify = make('button', { type: 'button', class: 'secondary', onclick: () => ask('verify') }, t`Verify`);
    actions.append(...(damage === undefined ? [restore] : []), verify);
  }
  return make('header', { class: 'top' }, titles, actions);
}
