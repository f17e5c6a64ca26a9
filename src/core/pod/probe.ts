import { AppError } from '../errors';
import { capture, type PodExec } from '../exec/podExec';
import type { Access, ToolVersion } from '../postgres/access';
import type { DatabaseFacts, PodFacts } from './databasePod';
import { serverMessage } from '../serverMessage';
import { whyBusy } from './busy';
import { probeCommand } from './probeScript';

/**
 * Finds out in one exec how PostgreSQL is reached in a pod and what it says of itself: tools, a login (superuser where
 * there is one), role, databases, extensions, cores, free disk. No secret leaves the pod.
 *
 * Throws `pod.noTools` (no client tools), `pod.noServer` (nothing answers), `pod.busy` (it starts, stops, or is full), `pod.noLogin` (it answers,
 * but lets none of the roles in), and what the exec throws.
 */
export async function probe(exec: PodExec, signal?: AbortSignal): Promise<PodFacts> {
  const end = await capture(exec, probeCommand(), signal === undefined ? {} : { signal });
  if (end.exitCode !== 0) {
    throw new AppError('exec.failed', { tool: 'sh', exitCode: end.exitCode, stderr: end.stderr.trim() });
  }
  const reference = `${exec.place.namespace}/${exec.place.pod}`;
  const answer = readAnswer(end.stdout);
  if (answer.tools.length === 0) throw new AppError('pod.noTools', { reference, tool: 'pg_dump' });
  if (answer.login === undefined) throw noWayIn(reference, answer);
  return facts(reference, answer, answer.login, end.stderr);
}

interface Tool {
  readonly bin: string;
  readonly dump: ToolVersion;
  readonly restore: ToolVersion | undefined;
  readonly psql: ToolVersion | undefined;
  readonly zstd: boolean;
  readonly lz4: boolean;
}

interface Tried {
  readonly user: string;
  readonly host: string;
  readonly message: string;
}

interface Login {
  readonly user: string;
  readonly host: string;
  readonly port: string;
  readonly kind: string;
  readonly name: string;
}

interface ServerFacts {
  readonly version: number;
  readonly standby: boolean;
  readonly name: string;
  readonly superuser: boolean;
  readonly createDb: boolean;
  readonly createRole: boolean;
  readonly signalBackend: boolean;
  readonly readAllStats: boolean;
}

interface Answer {
  readonly tools: Tool[];
  readonly tried: Tried[];
  login?: Login;
  /** what a server that lets us in says at it */
  readonly said: string[];
  /** the postmaster's own word, where it wrote one down */
  state?: string;
  readonly databases: DatabaseFacts[];
  server?: ServerFacts;
  systemId?: string;
  extensions: Readonly<Record<string, string>>;
  readonly df: Map<string, DiskLine>;
  readonly cpu: { limit?: number; online: number };
}

interface DiskLine {
  readonly fileSystem: string;
  readonly free: number;
}

function readAnswer(text: string): Answer {
  const answer: Answer = {
    tools: [],
    tried: [],
    said: [],
    databases: [],
    extensions: {},
    df: new Map(),
    cpu: { online: 1 },
  };
  for (const line of text.split('\n')) {
    if (line.startsWith('{')) readJson(answer, line);
    else readLine(answer, line.split('\t'));
  }
  return answer;
}

function readLine(answer: Answer, [tag, a = '', b = '', c = '', d = '', e = '', f = '', g = '']: string[]): void {
  if (tag === 'tool') {
    const dump = version(b);
    if (dump) {
      answer.tools.push({
        bin: a,
        dump,
        restore: version(c),
        psql: version(d),
        zstd: f === 'yes',
        lz4: g === 'yes',
      });
    }
  } else if (tag === 'tried') answer.tried.push({ user: a, host: b, message: d });
  else if (tag === 'login') answer.login = { user: a, host: b, port: c, kind: d, name: e };
  else if (tag === 'said') answer.said.push(a);
  else if (tag === 'state') answer.state = a.trim();
  else if (tag === 'df') {
    const disk = diskLine(b);
    if (disk) answer.df.set(a, disk);
  } else if (tag === 'cpu') readCpu(answer, a, b);
}

function readCpu(answer: Answer, kind: string, value: string): void {
  if (kind === 'nproc') answer.cpu.online = Number(value) || 1;
  const [quota, period] = value.split(' ').map(Number);
  if (kind === 'max' && quota !== undefined && period !== undefined && quota > 0 && period > 0) {
    answer.cpu.limit = quota / period;
  }
}

function readJson(answer: Answer, line: string): void {
  const row = JSON.parse(line) as Record<string, unknown>;
  if (row['kind'] === 'server') answer.server = row as unknown as ServerFacts;
  else if (row['kind'] === 'system') answer.systemId = String(row['id']);
  else if (row['kind'] === 'extensions') answer.extensions = row['versions'] as Record<string, string>;
  else if (row['kind'] === 'database') answer.databases.push(databaseFacts(row));
}

/** Drops the kind and what is null: optional means absent. */
function databaseFacts(row: Record<string, unknown>): DatabaseFacts {
  const known = Object.entries(row).filter(([name, value]) => name !== 'kind' && value !== null);
  return Object.fromEntries(known) as unknown as DatabaseFacts;
}

/** `df -P`: file system, blocks, used, available, capacity, mount point; the first may hold blanks. */
function diskLine(line: string): DiskLine | undefined {
  const match = /^(.*?)\s+(\d+)\s+(-?\d+)\s+(-?\d+)\s+(\S+%|-)\s+(.*)$/.exec(line);
  if (!match) return undefined;
  return { fileSystem: `${match[1] ?? ''} ${match[6] ?? ''}`, free: Math.max(0, Number(match[4])) * 1024 };
}

function version(text: string): ToolVersion | undefined {
  const major = /^(\d+)/.exec(text)?.[1];
  return major === undefined ? undefined : { text, major: Number(major) };
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
  return new AppError('pod.noServer', tried[0] ? words(tried[0]) : { reference, message: 'no place to ask' });
}

/** A collation of another version is known of each database, from the catalog. */
function isNews(line: string): boolean {
  return line !== '' && !/collation version|^HINT/.test(line);
}

function facts(reference: string, answer: Answer, login: Login, stderr: string): PodFacts {
  const { server } = answer;
  if (!server || answer.databases.length === 0) {
    throw new AppError('exec.failed', { tool: 'psql', exitCode: 3, stderr: serverMessage(stderr) });
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
