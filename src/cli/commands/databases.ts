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
import { podReference } from '../operands';
import { kubeconfigsOf } from '../setting';
import { table } from '../table';

/** Lists the databases of a pod, and what its probe found. */
export const databases: Command = {
  name: 'databases',
  summary: 'list the databases of a pod',
  examples: ['db-ferry databases prod/shop/postgres-0'],
  operands: [{ name: 'pod ref', takes: ['pod'] }],
  options: [],
  async run(call) {
    const reference = await podReference(call.operands[0]);
    const { Places } = await import('../../core/job/plan/places');
    const { terminal } = call;
    const report = (progress: Progress): void => {
      if (progress.type !== 'finding') return;
      terminal.event(progress);
      terminal.info(findingWords(progress.finding, cliHints));
    };
    const places = new Places(kubeconfigsOf(call), undefined, [], { report });
    const { pod } = await places.pod(reference, new AbortController().signal);
    const { facts } = pod;
    const found = facts.databases.filter(({ isTemplate }) => !isTemplate);
    const ring = await keyRing();
    const isProven = (one: DatabaseFacts): boolean => {
      const mark = readMark(one.comment);
      return mark !== undefined && proven(signatureOf(facts.systemId, one, mark, ring));
    };
    const { access, ...shownFacts } = facts;
    terminal.event({ type: 'server', reference, pod: pod.pod, facts: { ...shownFacts, user: access.user } });
    for (const database of found) {
      terminal.event({
        type: 'database',
        reference: `${reference}/${database.name}`,
        ...database,
        proven: isProven(database),
      });
    }
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { databases: found.length } });
    const major = Math.floor(facts.serverVersion / 10_000);
    terminal.info(
      safe(
        `${pod.pod.name}: PostgreSQL ${major}, ${facts.standby ? 'standby' : 'primary'}, as ${facts.role.name}${
          facts.role.superuser ? ' (superuser)' : ''
        }, pg_dump ${facts.pgDump.text}`,
      ),
    );
    terminal.line(
      table(
        ['DATABASE', 'OWNER', 'SIZE', 'ENCODING', 'LOCALE', 'NOTE'],
        found.map((one) => columns(one, isProven(one))),
        {
          ...{ right: [2], width: terminal.width, flexible: 5 },
        },
      ),
    );
    return 0;
  },
};

function columns(
  { name, owner, bytes, encoding, collate, allowConnections, comment }: DatabaseFacts,
  isProven: boolean,
): string[] {
  const closed = allowConnections ? '' : 'closed';
  const note = [closed, ourComment(comment, isProven) ?? comment ?? ''].filter((part) => part !== '').join(', ');
  return [name, owner, size(bytes), encoding, collate, note].map(safe);
}

/** What a database of ours is, or claims to be, in words: its comment is for machines. */
function ourComment(comment: string | undefined, isProven: boolean): string | undefined {
  const mark = readMark(comment);
  if (!mark) return undefined;
  const { role, of, job, time } = mark;
  if (!isProven) return role === 'kept' ? `claims to be ${of}, kept by job ${job}` : `claims to be of job ${job}`;
  return role === 'kept' ? `${of} before job ${job} (${localTime(time)})` : `side database of job ${job}`;
}
