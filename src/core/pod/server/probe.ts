import { own } from '../../base/ownSaying';
import { AppError } from '../../base/errors';
import { capture, type PodExec } from '../../exec/podExec';
import type { Access } from '../../postgres/tools/access';
import type { PodFacts } from '../databasePod';
import { serverMessage } from '../../base/said/serverMessage';
import { whyBusy } from './busy';
import { readAnswer, type Answer, type DiskLine, type Login, type Tool, type Tried } from './probeAnswer';
import { probeCommand } from './probeScript';

/** 50,000 databases, each with a long comment. */
const mostAnswered = 32 * 1024 * 1024;

/**
 * Finds out in one exec how PostgreSQL is reached in a pod and what it says of itself: tools, a login (superuser where
 * there is one), role, databases, extensions, cores, free disk. No secret leaves the pod.
 *
 * Throws `pod.noTools` (no client tools), `pod.noServer` (nothing answers), `pod.busy` (it starts, stops, or is full), `pod.noLogin` (it answers,
 * but lets none of the roles in), `exec.answer` (what it answers is not what a probe answers), and what the exec throws.
 */
export async function probe(exec: PodExec, signal?: AbortSignal): Promise<PodFacts> {
  const end = await capture(exec, probeCommand(), {
    most: mostAnswered,
    ...(signal === undefined ? {} : { signal }),
  });
  if (end.exitCode !== 0) {
    throw new AppError('exec.failed', {
      tool: 'sh',
      exitCode: end.exitCode,
      stderr: serverMessage(end.stderr).slice(0, 2000),
    });
  }
  const reference = `${exec.place.namespace}/${exec.place.pod}`;
  const answer = readAnswer(end.stdout);
  if (answer.tools.length === 0) throw new AppError('pod.noTools', { reference, tool: 'pg_dump' });
  if (answer.login === undefined) throw noWayIn(reference, answer);
  return facts(reference, answer, answer.login, end.stderr);
}

function noWayIn(reference: string, { tried, state }: Answer): AppError {
  const away = /No such file|onnection refused|s the server running|timeout expired|could not translate/;
  const words = (one: Tried): { reference: string; message: string } => ({
    reference,
    message: serverMessage(one.message),
  });
  for (const one of tried) {
    const is = whyBusy(one.message);
    if (is !== undefined) return new AppError('pod.busy', { ...words(one), is });
  }
  const refusal = tried.find((one) => !away.test(one.message));
  if (refusal && (state === 'starting' || state === 'stopping'))
    return new AppError('pod.busy', { ...words(refusal), is: state });
  if (refusal) return new AppError('pod.noLogin', words(refusal));
  return new AppError('pod.noServer', tried[0] ? words(tried[0]) : { reference, message: own('own.noPlace') });
}

/** A collation of another version is known of each database, from the catalog. */
function isNews(line: string): boolean {
  return line !== '' && !/collation version|^HINT/.test(line);
}

function facts(reference: string, answer: Answer, login: Login, stderr: string): PodFacts {
  const { server } = answer;
  if (!server || answer.databases.length === 0) {
    throw new AppError('exec.failed', { tool: 'psql', exitCode: 3, stderr: serverMessage(stderr).slice(0, 2000) });
  }
  const tool = rightTool(answer.tools, Math.floor(server.version / 10000));
  if (!tool.restore) throw new AppError('pod.noTools', { reference, tool: 'pg_restore' });
  const { version: serverVersion, standby, ...role } = server;
  const warnings = serverMessage(answer.said.join('\n')).split('\n').filter(isNews);
  return {
    access: { ...access(tool.bin, login), serverVersion, superuser: role.superuser },
    ...(warnings.length === 0 ? {} : { warnings }),
    serverVersion,
    pgDump: tool.dump,
    pgRestore: tool.restore,
    role: {
      name: role.name,
      superuser: role.superuser,
      createDb: role.createDb,
      createRole: role.createRole,
      signalBackend: role.signalBackend,
      readAllStats: role.readAllStats,
    },
    standby,
    ...(answer.systemId === undefined ? {} : { systemId: answer.systemId }),
    databases: answer.databases,
    zstd: tool.zstd,
    lz4: tool.lz4,
    cores: Math.min(answer.cpu.limit ?? Infinity, answer.cpu.online),
    ...disk(answer.df),
    availableExtensions: answer.extensions,
  };
}

/** The server's own major where it is installed, else the next newer one, else the newest there is. */
function rightTool(tools: readonly Tool[], major: number): Tool {
  const whole = tools.filter((tool) => tool.psql && tool.restore);
  const candidates = whole.length > 0 ? whole : tools;
  const rank = (tool: Tool): number =>
    tool.dump.major >= major ? tool.dump.major - major : 1000 + major - tool.dump.major;
  const best = candidates.reduce<Tool | undefined>(
    (kept, tool) => (kept === undefined || rank(tool) < rank(kept) ? tool : kept),
    undefined,
  );
  if (!best) throw new AppError('internal', { message: 'no tool to choose from' });
  return best;
}

function access(bin: string, login: Login): Access {
  return {
    bin,
    user: login.user,
    ...(login.host === '-' ? {} : { host: login.host }),
    ...(login.port === '-' ? {} : { port: Number(login.port) }),
    ...(login.kind === 'env' ? { password: { env: login.name } } : {}),
    ...(login.kind === 'file' ? { password: { fileEnv: login.name } } : {}),
  };
}

function disk(df: ReadonlyMap<string, DiskLine>): Pick<PodFacts, 'free'> {
  const data = df.get('data');
  const wal = df.get('wal') ?? data;
  if (!data || !wal) return {};
  return { free: { data: data.free, wal: wal.free, sameFileSystem: data.fileSystem === wal.fileSystem } };
}
