import { standingWords } from '../../../words/archiveWords';
import { count, duration, localTime, size } from '../../../words/format';
import type { PageContents, PageOrigin, PageProvenance, PageWords } from '../messages';
import { make, termList } from './dom';

/** The card that says what the archive is. */
export function archiveCard({ header, fileBytes, largeObjects, tables, provenance }: PageContents): HTMLElement {
  return card('archive', 'Archive', [
    termList([
      ['Database', header.database],
      ['Size', `${size(fileBytes)} (${count(fileBytes)} bytes)`],
      ['Compression', header.compression],
      ['Tables', count(tables.length)],
      ['Large objects', largeObjects && `${count(largeObjects.count)}${sizeNote(largeObjects.bytes)}`],
      ['Written', provenance.state === 'known' ? undefined : `${header.created}, by the clock of where pg_dump ran`],
      ['Server', `PostgreSQL ${header.serverVersion}`],
      ['pg_dump', header.dumpVersion],
      ['Encoding', header.encoding],
      ['Format', `custom, version ${header.version}`],
    ]),
  ]);
}

/** The card that says where the archive comes from, and how far it was verified. */
export function provenanceCard(provenance: PageProvenance): HTMLElement {
  const origin = provenance.state === 'known' || provenance.state === 'size' ? provenance : undefined;
  return card('provenance', 'Provenance', [
    make(
      'p',
      { class: 'standing' },
      standingWords(provenance.state, {
        ...(provenance.state === 'unreadable' ? { message: provenance.message } : {}),
        ...(origin === undefined ? {} : { whose: origin.whose }),
      }),
    ),
    ...(origin === undefined ? [] : [termList(originTerms(origin)), verifications(origin)]),
  ]);
}

/** A failure in words. */
export function alert({ what, why, todo }: PageWords): HTMLElement {
  const rest = [why ?? '', todo ?? ''].filter((one) => one !== '');
  return make(
    'div',
    { class: 'alert', role: 'alert' },
    make('strong', {}, what),
    ...rest.map((one) => make('p', {}, ...withCode(one))),
  );
}

/** What stands between backticks is code. */
function withCode(text: string): (Node | string)[] {
  return text.split('`').map((part, at) => (at % 2 === 1 ? make('code', {}, part) : part));
}

function card(id: string, title: string, children: readonly HTMLElement[]): HTMLElement {
  const heading = make('h2', { id: `${id}-title` }, title);
  return make('section', { class: 'card', 'aria-labelledby': `${id}-title` }, heading, ...children);
}

function sizeNote(bytes: number | undefined): string {
  return bytes === undefined ? '' : `, ${size(bytes)}`;
}

function originTerms(origin: PageOrigin): [string, string | Node | undefined][] {
  const { cluster, namespace, pod, workload, database, environment } = origin;
  return [
    ['Cluster', cluster],
    ['Environment', environment],
    ['Project', namespace],
    ['Pod', `${pod}${origin.standby ? ', a standby' : ''}`],
    ['Workload', workload === pod ? undefined : workload],
    ['Database', database],
    ['State of', localTime(origin.snapshot)],
    ['Took', duration(origin.seconds)],
    ['Asked by', origin.by],
    ['Reason', origin.reason],
    ['Approval', origin.approval],
    ['Job', origin.job],
    ['Signed', origin.signed],
    ['Its SQL runs', origin.runsAs],
    ['SHA-256', make('code', {}, origin.sha256)],
  ];
}

function verifications({ state, verified }: PageOrigin & { readonly state: 'known' | 'size' }): HTMLElement {
  const title = state === 'size' ? 'Verified before it was damaged' : 'Verified';
  const heading = make('h3', {}, verified.length === 0 ? 'Not verified' : title);
  const items = verified.map(({ level, time, place }) =>
    make('li', {}, `${levels[level]}${place === undefined ? '' : ` in ${place}`}: ${localTime(time)}`),
  );
  return make('div', {}, heading, make('ul', { class: 'verified' }, ...items));
}

const levels = {
  structure: 'Structure read to its end',
  digest: 'Every byte was as it was written',
  counted: 'Rows counted in the source',
  restored: 'Restored and compared',
  key: 'A key that opens it was tested',
} as const;
