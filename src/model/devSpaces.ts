import { readFile } from 'node:fs/promises';
import type { Cluster } from '../core/cluster/cluster';

/** What the workspace says of itself in OpenShift Dev Spaces. */
export interface DevSpaces {
  readonly name: string;
  /** all that is on its volumes is lost when it stops */
  readonly isEphemeral: boolean;
  /** when it is stopped whatever goes on; undefined where there is no such limit */
  readonly runEnds?: Date;
}

/** Undefined outside of Dev Spaces. What cannot be read is taken as not said. */
export async function readDevSpaces(env: NodeJS.ProcessEnv, proc = '/proc'): Promise<DevSpaces | undefined> {
  const { DEVWORKSPACE_ID: id, DEVWORKSPACE_NAMESPACE: namespace, DEVWORKSPACE_NAME: name } = env;
  if (id === undefined || namespace === undefined) return undefined;
  const limit = Number(env['SECONDS_OF_DW_RUN_BEFORE_IDLING'] ?? -1);
  const began = limit > 0 ? await containerBegan(proc) : undefined;
  return {
    name: name ?? id,
    isEphemeral: storageType(await textOf(env['DEVWORKSPACE_FLATTENED_DEVFILE'])) === 'ephemeral',
    ...(began === undefined ? {} : { runEnds: new Date(began + limit * 1000) }),
  };
}

/** True for work whose end is expected after the workspace is stopped. */
export function endsTooLate(
  { runEnds }: Pick<DevSpaces, 'runEnds'>,
  { started, seconds }: { readonly started: string; readonly seconds: number },
): boolean {
  return runEnds !== undefined && Date.parse(started) + seconds * 1000 > runEnds.getTime();
}

/**
 * What people call the cluster that the workspace runs in, by the address of its console: its injected context is `logged-user` everywhere.
 * Undefined for other clusters, and where nothing says it.
 */
export function injectedName(
  { contextName, server }: Pick<Cluster, 'contextName' | 'server'>,
  env: NodeJS.ProcessEnv,
): string | undefined {
  const { CLUSTER_CONSOLE_URL: url = '', KUBERNETES_SERVICE_HOST: host } = env;
  if (contextName !== 'logged-user' || host === undefined || !URL.canParse(url)) return undefined;
  if (new URL(server).hostname.replace(/^\[|\]$/g, '') !== host) return undefined;
  return new URL(url).hostname.replace(/^console-openshift-console\./, '').replace(/^apps\./, '');
}

function storageType(devfile: string): string | undefined {
  return /controller\.devfile\.io\/storage-type["']?\s*:\s*["']?([\w-]+)/.exec(devfile)?.[1];
}

/** When the container's first process began: its ticks since boot, and when that was. Milliseconds since 1970. */
async function containerBegan(proc: string): Promise<number | undefined> {
  const stat = await textOf(`${proc}/1/stat`);
  // the name in brackets may hold anything; field 22 is the 20th behind it
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  const boot = Number(/^btime (\d+)$/m.exec(await textOf(`${proc}/stat`))?.[1]);
  const began = (boot + ticks / ticksPerSecond) * 1000;
  return Number.isFinite(began) ? began : undefined;
}

/** USER_HZ, the same on all platforms that Dev Spaces runs on */
const ticksPerSecond = 100;

async function textOf(file: string | undefined): Promise<string> {
  return file === undefined ? '' : readFile(file, 'utf8').catch(() => '');
}
