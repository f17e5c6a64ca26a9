import { AppError, isAppError } from '../core/base/errors';
import { placesOf, type JobRequest } from '../core/job/request';
import type { Job } from '../core/job/record/readJob';
import type { Runner } from '../core/job/runner/runner';
import { safe } from '../words/format';
import type { Call } from './command';
import { errorLines } from './errorLines';
import { isInCluster } from './inCluster';
import { kubeconfigsOf } from './setting';

/** Where a job that is asked for in the cluster runs, and from now on is looked for; undefined: here. Throws `usage`, `cluster.*`. */
export async function runnerOf(call: Pick<Call, 'options'>, request: JobRequest): Promise<Runner | undefined> {
  if (!isInCluster(call)) return undefined;
  const [place] = placesOf(request);
  const runner = await openRunner(call, place?.cluster);
  const { rememberRunner } = await import('../core/job/runner/knownRunners');
  await rememberRunner(runner.place);
  return runner;
}

/** The runner that a command names, or the usual one of a cluster. Throws `usage` where none is named, `reference.invalid`, `cluster.*`. */
export async function openRunner(call: Pick<Call, 'options'>, cluster?: string): Promise<Runner> {
  return runnerAt(kubeconfigsOf(call), runnerNamed(call, cluster));
}

/** Its place. Throws `usage` where none is named. */
export function runnerNamed({ options }: Pick<Call, 'options'>, cluster?: string): string {
  const named =
    options.runner ?? process.env['DB_FERRY_RUNNER'] ?? (cluster === undefined ? '' : `${cluster}/db-ferry`);
  if (named === '') {
    throw new AppError('usage', { message: 'Where in the cluster? --runner <cluster/namespace> says so.' });
  }
  return named;
}

async function runnerAt(kubeconfigs: readonly string[], place: string): Promise<Runner> {
  const { openPlace } = await import('../core/job/runner/openPlace');
  const { kubernetesRunner } = await import('../core/job/runner/kubernetes/kubernetesRunner');
  const { client, namespace } = await openPlace(kubeconfigs, place);
  return kubernetesRunner(client, namespace);
}

/** Jobs of all clusters in which jobs were started from here; one that does not answer is told of, and hides no other. */
export async function clusterJobs(call: Call): Promise<Job[]> {
  const { knownRunners } = await import('../core/job/runner/knownRunners');
  const named = isInCluster(call) ? [(await openRunner(call)).place] : await knownRunners();
  const all = await Promise.all(
    named.map(async (place) => {
      try {
        return await (await runnerAt(kubeconfigsOf(call), place)).list();
      } catch (error) {
        if (!isAppError(error)) throw error;
        call.terminal.info(safe(`${place}: ${errorLines(error.code, error.data).split('\n')[0] ?? error.code}`));
        return [];
      }
    }),
  );
  return all.flat();
}

/** The runner that has a job of this id, and the job; undefined where none has. */
export async function findInClusters(
  call: Call,
  id: string,
): Promise<{ readonly runner: Runner; readonly job: Job } | undefined> {
  const { knownRunners } = await import('../core/job/runner/knownRunners');
  const named = isInCluster(call) ? [(await openRunner(call)).place] : await knownRunners();
  for (const place of named) {
    try {
      const runner = await runnerAt(kubeconfigsOf(call), place);
      return { runner, job: await runner.find(id) };
    } catch (error) {
      if (isAppError(error, 'job.unknown')) continue;
      if (!isAppError(error) || isInCluster(call)) throw error;
      call.terminal.info(safe(`${place}: ${errorLines(error.code, error.data).split('\n')[0] ?? error.code}`));
    }
  }
  return undefined;
}
