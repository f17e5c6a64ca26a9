import type { DatabaseFacts } from '../../core/pod/databasePod';
import type { Progress } from '../../core/progress';
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
  usage: '<pod ref>',
  summary: 'list the databases of a pod',
  examples: ['db-ferry databases prod/shop/postgres-0'],
  operands: [1, 1],
  options: [],
  async run(call) {
    const reference = await podReference(call.operands[0]);
    const { Places } = await import('../../core/job/places');
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
    const { access, ...shownFacts } = facts;
    terminal.event({ type: 'server', reference, pod: pod.pod, facts: { ...shownFacts, user: access.user } });
    for (const database of found) {
      terminal.event({ type: 'database', reference: `${reference}/${database.name}`, ...database });
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
      table(['DATABASE', 'OWNER', 'SIZE', 'ENCODING', 'LOCALE', 'NOTE'], found.map(columns), {
        ...{ right: [2], width: terminal.width, flexible: 5 },
      }),
    );
    return 0;
  },
};

function columns({ name, owner, bytes, encoding, collate, allowConnections, comment }: DatabaseFacts): string[] {
  const closed = allowConnections ? '' : 'closed';
  const note = [closed, ourComment(comment) ?? comment ?? ''].filter((part) => part !== '').join(', ');
  return [name, owner, size(bytes), encoding, collate, note].map(safe);
}

/** What a database of ours is, in words: its comment is for machines. */
function ourComment(comment: string | undefined): string | undefined {
  if (!comment?.startsWith('{"dbFerry":')) return undefined;
  try {
    const { dbFerry } = JSON.parse(comment) as { dbFerry: Readonly<Record<string, unknown>> };
    const { role, of, job, time } = dbFerry;
    if (typeof of !== 'string' || typeof job !== 'string' || typeof time !== 'string') return undefined;
    return role === 'kept' ? `${of} before job ${job} (${localTime(time)})` : `side database of job ${job}`;
  } catch {
    return undefined;
  }
}
