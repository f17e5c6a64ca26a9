import { operandsOf, type RequestOf } from '../core/job/request';
import type { RestorePlan } from '../core/job/plan/planRestore';
import { some } from './some';
import { findingWords } from './findingWords';
import { count, duration, localTime, safe, size } from './format';
import type { Hints } from './hints';
import { t } from './language';

/** What a restore or a copy would do, as lines for a person who decides: from where, to where, what is replaced, which roles are made, how long, and all that was found. */
export function planLines(request: RequestOf<'restore' | 'copy'>, plan: RestorePlan, hints: Hints): string[] {
  const { from, target, roles, expected, disk, findings } = plan;
  const [source = ''] = operandsOf(request);
  const facts = [size(from.bytes), from.rows === undefined ? undefined : t`${count(from.rows)} rows`];
  const what = facts.filter((fact) => fact !== undefined).join(', ');
  const marked = (name: string | undefined): string => (name === undefined ? '' : ` (${name})`);
  const rows: readonly (readonly [string, string | undefined])[] = [
    [
      t`from`,
      from.kind === 'backup'
        ? t`${from.database}, ${from.isForeign ? t`a foreign archive` : t`the backup`} ${from.backup ?? source} of ${localTime(from.snapshot)}${marked(from.environment)}`
        : t`${source}${marked(from.environment)}, as it is then`,
    ],
    [t`to`, `${target.reference}${marked(target.environment)}`],
    [t`replaces`, replaced(plan, request.options.inPlace === true)],
    [t`makes`, made(roles.create)],
    [
      t`maps`,
      roles.map.length === 0 ? undefined : roles.map.map(({ from: a, to: b }) => t`role ${a} to ${b}`).join(', '),
    ],
    [
      t`takes`,
      t`about ${duration(expected.seconds)}, by ${expected.basis === 'size' ? t`its size` : t`the last run`} (${what})`,
    ],
    [t`room`, disk === undefined ? undefined : t`${size(disk.free)} free there, ${size(disk.needed)} needed`],
  ];
  return [
    ...rows.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(10)}${safe(value)}`])),
    ...findings.map((finding) => safe(findingWords(finding, hints))),
  ];
}

/** Each by its name: they stay when the database has gone. */
function made(roles: readonly string[]): string | undefined {
  if (roles.length === 0) return undefined;
  return t`${some(roles.length, 'role')} without the right to log in: ${roles.join(', ')}`;
}

function replaced({ target }: RestorePlan, isInPlace: boolean): string {
  const { exists, bytes, lastWrite, sessions, kept } = target;
  if (!exists) return t`nothing: no database of this name is there`;
  const facts = [
    bytes === undefined ? undefined : size(bytes),
    lastWrite === undefined ? undefined : t`last written ${localTime(lastWrite.time)}`,
    sessions === 0 ? t`nobody connected` : some(sessions, 'session'),
  ].filter((fact) => fact !== undefined);
  const way = isInPlace ? t`a backup of it is taken first` : t`it is kept, closed, for undo`;
  const earlier = kept.length === 0 ? '' : t`; ${some(kept.length, 'database')} kept by earlier restores`;
  return `${facts.join(', ')}; ${way}${earlier}`;
}
