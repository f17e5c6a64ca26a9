import { standingWords } from '../../../words/archiveWords';
import { count, duration, localTime, size } from '../../../words/format';
import { t } from '../../../words/language';
import type { PageContents, PageOrigin, PageProvenance, PageWords } from '../messages';
import { make, termList } from './dom';

/** The card that says what the archive is. */
export function archiveCard({ header, fileBytes, largeObjects, tables, provenance }: PageContents): HTMLElement {
  return card('archive', t`Archive`, [
    termList([
      [t`Database`, header.database],
      [t`Size`, t`${size(fileBytes)} (${count(fileBytes)} bytes)`],
      [t`Compression`, header.compression],
      [t`Tables`, count(tables.length)],
      [t`Large objects`, largeObjects && `${count(largeObjects.count)}${sizeNote(largeObjects.bytes)}`],
      [t`Written`, provenance.state === 'known' ? undefined : t`${header.created}, by the clock of where pg_dump ran`],
      [t`Server`, `PostgreSQL ${header.serverVersion}`],
      ['pg_dump', header.dumpVersion],
      [t`Encoding`, header.encoding],
      [t`Format`, t`custom, version ${header.version}`],
    ]),
  ]);
}

/** The card that says where the archive comes from, and how far it was verified. */
export function provenanceCard(provenance: PageProvenance): HTMLElement {
  const origin = provenance.state === 'known' || provenance.state === 'size' ? provenance : undefined;
  return card('provenance', t`Provenance`, [
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
    [t`Cluster`, cluster],
    [t`Environment`, environment],
    [t`Project`, namespace],
    [t`Pod`, origin.standby ? t`${pod}, a standby` : pod],
    [t`Workload`, workload === pod ? undefined : workload],
    [t`Database`, database],
    [t`State of`, localTime(origin.snapshot)],
    [t`Took`, duration(origin.seconds)],
    [t`Asked by`, origin.by],
    [t`Reason`, origin.reason],
    [t`Approval`, origin.approval],
    [t`Job`, origin.job],
    [t`Signed`, origin.signed],
    [t`Its SQL runs`, origin.runsAs],
    ['SHA-256', make('code', {}, origin.sha256)],
  ];
}

function verifications({ state, verified }: PageOrigin & { readonly state: 'known' | 'size' }): HTMLElement {
  const title = state === 'size' ? t`Verified before it was damaged` : t`Verified`;
  const heading = make('h3', {}, verified.length === 0 ? t`Not verified` : title);
  const items = verified.map(({ level, time, place }) =>
    make('li', {}, `${place === undefined ? levels()[level] : t`${levels()[level]} in ${place}`}: ${localTime(time)}`),
  );
  return make('div', {}, heading, make('ul', { class: 'verified' }, ...items));
}

const levels = () =>
  ({
    structure: t`Structure read to its end`,
    digest: t`Every byte was as it was written`,
    counted: t`Rows counted in the source`,
    restored: t`Restored and compared`,
    key: t`A key that opens it was tested`,
  }) as const;
