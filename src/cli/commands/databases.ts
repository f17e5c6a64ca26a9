import type { DatabaseFacts } from '../../core/pod/databasePod';
import type { Progress } from '../../core/base/progress';
import { signatureOf } from '../../core/restore/side/marks';
import { readMark } from '../../core/restore/side/sideDatabase';
import { keyRing } from '../../core/state/keys';
import { isProven as proven } from '../../core/state/signed';
import { findingWords } from '../../words/findingWords';
import { localTime, safe, size } from '../../words/format';
import type { Command } from '../command';
import { cliHints } from '../hints';
import { List, listFlags, type Listing } from '../list';
import { formatReference } from '../../core/cluster/reference';
import { podReference } from '../operands';
import { kubeconfigsOf } from '../setting';

/** Lists the databases of a pod, and what its probe found. */
export const databases: Command = {
  name: 'databases',
  summary: 'list the databases of a pod',
  examples: ['db-ferry databases prod/shop/postgres-0'],
  operands: [{ name: 'pod ref', takes: ['pod'] }],
  options: listFlags,
  async run(call) {
    const list = new List(call, listing);
    const place = await podReference(call.operands[0]);
    const reference = formatReference(place);
    const { Places } = await import('../../core/job/plan/places');
    const { terminal } = call;
    const report = (progress: Progress): void => {
      if (progress.type !== 'finding') return;
      terminal.event(progress);
      terminal.info(findingWords(progress.finding, cliHints));
    };
    const places = new Places(kubeconfigsOf(call), undefined, [], { report, tellsNobody: true });
    const { pod } = await places.pod(place, new AbortController().signal);
    const { facts } = pod;
    const found = facts.databases.filter(({ isTemplate }) => !isTemplate);
    const ring = await keyRing();
    const isProven = (one: DatabaseFacts): boolean => {
      const mark = readMark(one.comment);
      return mark !== undefined && proven(signatureOf(facts.systemId, one, mark, ring));
    };
    const { access, ...shownFacts } = facts;
    terminal.event({ type: 'server', reference, pod: pod.pod, facts: { ...shownFacts, user: access.user } });
    const rows = found.map((one) => ({ reference: `${reference}/${one.name}`, facts: one, proven: isProven(one) }));
    for (const row of rows) terminal.event(listing.itemOf(row));
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { databases: found.length } });
    const major = Math.floor(facts.serverVersion / 10_000);
    terminal.info(
      safe(
        `${pod.pod.name}: PostgreSQL ${major}, ${facts.standby ? 'standby' : 'primary'}, as ${facts.role.name}${
          facts.role.superuser ? ' (superuser)' : ''
        }, pg_dump ${facts.pgDump.text}`,
      ),
    );
    list.show(rows);
    return 0;
  },
};

interface Row {
  readonly reference: string;
  readonly facts: DatabaseFacts;
  readonly proven: boolean;
}

const listing: Listing<Row> = {
  nameOf: ({ reference }) => reference,
  itemOf: ({ reference, facts, proven }) => ({ type: 'database', reference, ...facts, proven }),
  columns: [
    { name: 'database', text: ({ facts }) => facts.name },
    { name: 'owner', text: ({ facts }) => facts.owner },
    { name: 'size', text: ({ facts }) => size(facts.bytes), raw: ({ facts }) => facts.bytes, isRight: true },
    { name: 'encoding', text: ({ facts }) => facts.encoding },
    { name: 'locale', text: ({ facts }) => facts.collate },
    { name: 'note', text: noteOf, isFlexible: true },
    { name: 'oid', text: ({ facts }) => String(facts.oid), isWide: true, isRight: true },
    { name: 'limit', text: ({ facts }) => String(facts.connectionLimit), isWide: true, isRight: true },
    { name: 'reference', text: ({ reference }) => reference, isWide: true },
  ],
};

function noteOf({ facts: { allowConnections, comment }, proven }: Row): string {
  const closed = allowConnections ? '' : 'closed';
  return [closed, ourComment(comment, proven) ?? comment ?? ''].filter((part) => part !== '').join(', ');
}

/** What a database of ours is, or claims to be, in words: its comment is for machines. */
function ourComment(comment: string | undefined, isProven: boolean): string | undefined {
  const mark = readMark(comment);
  if (!mark) return undefined;
  const { role, of, job, time } = mark;
  if (!isProven) return role === 'kept' ? `claims to be ${of}, kept by job ${job}` : `claims to be of job ${job}`;
  return role === 'kept' ? `${of} before job ${job} (${localTime(time)})` : `side database of job ${job}`;
}
