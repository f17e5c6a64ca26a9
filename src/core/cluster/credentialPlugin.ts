import { asRecord, parseJson, type JsonObject } from '../base/json';
import type { ErrorData } from '../base/errorData';
import { spawn } from 'node:child_process';
import { basename, dirname, isAbsolute, resolve } from 'node:path';
import type { Cluster as ConfigCluster } from '@kubernetes/client-node';
import { AppError } from '../base/errors';
import { errnoOf } from './kubeconfig';

/** What a credential plugin gave. Secrets. */
export interface PluginCredential {
  readonly token?: string;
  readonly cert?: string;
  readonly key?: string;
  /** milliseconds since 1970; undefined: it tells no end */
  readonly ends?: number;
}

/** The `exec` of a user in a kubeconfig. */
export interface PluginSpec {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly apiVersion: string;
  readonly provideClusterInfo: boolean;
}

/** Reads what a kubeconfig says of its plugin; undefined: it names none. */
export function pluginSpec(exec: unknown): PluginSpec | undefined {
  if (typeof exec !== 'object' || exec === null) return undefined;
  const { command, args, env, apiVersion, provideClusterInfo } = exec as JsonObject;
  const variables = Array.isArray(env) ? (env as readonly Partial<PluginSpec['env'][number]>[]) : [];
  return {
    command: typeof command === 'string' ? command : '',
    args: Array.isArray(args) ? args.map(String) : [],
    env: variables.flatMap(({ name, value }) => (typeof name === 'string' ? [{ name, value: value ?? '' }] : [])),
    apiVersion: typeof apiVersion === 'string' ? apiVersion : 'client.authentication.k8s.io/v1',
    provideClusterInfo: provideClusterInfo === true,
  };
}

const mostBytes = 1024 * 1024;
/** with a terminal a person may have to log in in a browser first */
const seconds = { alone: 60, watched: 300 };

/**
 * Runs a credential plugin (client.authentication.k8s.io) and returns what it gave. Its standard error goes to the terminal, where there is one, and
 * nowhere else. Throws `cluster.plugin`, which holds nothing of what it printed.
 */
export async function runPlugin(
  spec: PluginSpec,
  place: {
    readonly file: string;
    readonly cluster: ConfigCluster | null;
    readonly env: Readonly<Record<string, string | undefined>>;
  },
): Promise<PluginCredential> {
  const { file } = place;
  type Facts = ErrorData['cluster.plugin'];
  const fail = (reason: Facts['reason'], data: Partial<Facts> = {}): AppError =>
    new AppError('cluster.plugin', { file, command: basename(spec.command), ...data, reason });
  if (spec.command === '') throw fail('unnamed');
  const { command, args } = spec;
  // a path in a kubeconfig is one from its folder
  const program = command.includes('/') && !isAbsolute(command) ? resolve(dirname(file), command) : command;
  const env = { ...place.env, KUBERNETES_EXEC_INFO: execInfo(spec, place.cluster) };
  for (const { name, value } of spec.env) Object.assign(env, { [name]: value });
  const isWatched = process.stderr.isTTY;
  const text = await new Promise<string>((done, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', isWatched ? 'inherit' : 'ignore'] });
    const chunks: Buffer[] = [];
    let length = 0;
    const stop = (reason: Facts['reason']): void => {
      reject(fail(reason));
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => stop('time'), (isWatched ? seconds.watched : seconds.alone) * 1000);
    child.stdout.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > mostBytes) stop('answer');
      else chunks.push(chunk);
    });
    child.on('error', (error) => {
      clearTimeout(timer);
      const code = errnoOf(error);
      reject(code === 'ENOENT' ? fail('missing') : fail('start', { code }));
    });
    child.on('close', (exitCode, signal) => {
      clearTimeout(timer);
      if (exitCode === 0) done(Buffer.concat(chunks).toString('utf8'));
      else reject(fail('exit', { signal: signal ?? undefined, exitCode: exitCode ?? undefined }));
    });
  });
  const credential = credentialIn(text);
  if (credential === undefined) throw fail('answer');
  return credential;
}

function credentialIn(text: string): PluginCredential | undefined {
  const { status } = asRecord(parseJson(text)) ?? {};
  const { token, clientCertificateData: cert, clientKeyData: key, expirationTimestamp } = asRecord(status) ?? {};
  if (typeof token !== 'string' && typeof cert !== 'string') return undefined;
  const ends = typeof expirationTimestamp === 'string' ? Date.parse(expirationTimestamp) : NaN;
  return {
    ...(typeof token === 'string' ? { token: token.trim() } : {}),
    ...(typeof cert === 'string' ? { cert } : {}),
    ...(typeof key === 'string' ? { key } : {}),
    ...(Number.isNaN(ends) ? {} : { ends }),
  };
}

function execInfo({ apiVersion, provideClusterInfo }: PluginSpec, cluster: ConfigCluster | null): string {
  const about = {
    server: cluster?.server,
    'tls-server-name': cluster?.tlsServerName,
    'insecure-skip-tls-verify': cluster?.skipTLSVerify,
    'certificate-authority-data': cluster?.caData,
    'proxy-url': cluster?.proxyUrl,
  };
  const spec = { interactive: false, ...(provideClusterInfo ? { cluster: about } : {}) };
  return JSON.stringify({ apiVersion, kind: 'ExecCredential', spec });
}
