import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { isAppError } from '../../src/core/base/errors';
import type { KubeClient } from '../../src/core/cluster/kubeClient';
import { labels, pathOf } from '../../src/core/job/runner/kubernetes/names';
import { endOf, terminatedOf, type KubeJob, type KubePod } from '../../src/core/job/runner/kubernetes/objects';
import { until } from './session';

/** A cluster in which Jobs are made: the lab's or a real one. */
export interface JobPlace {
  readonly client: KubeClient;
  readonly namespace: string;
  /** with a shell in it */
  readonly image: string;
}

const patience = 90_000;

/** What DB Ferry relies on in Jobs and what lies about them: the same tests for the lab and for a real cluster. */
export function jobContract(place: () => JobPlace): void {
  const at = (kind: Parameters<typeof pathOf>[0], name?: string): string => pathOf(kind, place().namespace, name);
  const jobNamed = async (name: string): Promise<KubeJob> => place().client.get<KubeJob>(at('jobs', name));
  const pods = async (job: string): Promise<KubePod[]> => {
    const query = { labelSelector: `${labels.jobName}=${job}` };
    return (await place().client.list<KubePod>(at('pods'), { query })).items;
  };
  const make = async (script: string, spec: object = {}): Promise<string> => {
    const name = `contract-${randomBytes(4).toString('hex')}`;
    const container = {
      ...{ name: 'db-ferry', image: place().image, command: ['sh', '-c', script], imagePullPolicy: 'IfNotPresent' },
      env: [{ name: 'WHERE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } }],
    };
    const template = { spec: { restartPolicy: 'Never', containers: [container], terminationGracePeriodSeconds: 5 } };
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name } };
    await place().client.post(at('jobs'), { ...job, spec: { backoffLimit: 0, template, ...spec } });
    return name;
  };
  const ended = async (name: string): Promise<{ job: KubeJob; pod: KubePod | undefined }> => {
    await until(async () => endOf(await jobNamed(name)) !== undefined, patience);
    return { job: await jobNamed(name), pod: (await pods(name))[0] };
  };
  const logOf = async (job: string): Promise<string[]> => {
    const lines: string[] = [];
    const [pod] = await pods(job);
    const path = `${at('pods', pod?.metadata.name ?? '')}/log`;
    for await (const line of place().client.lines(path, { query: { container: 'db-ferry', follow: 'true' } })) {
      lines.push(line);
    }
    return lines;
  };
  const drop = async (name: string): Promise<unknown> =>
    place().client.delete(at('jobs', name), { propagationPolicy: 'Background' });

  it('one that ends well is complete, with what it printed, what it left for the kubelet, and no second pod', async () => {
    const name = await make('echo "in $WHERE"; echo why >/dev/termination-log');
    const { job, pod } = await ended(name);
    assert.equal(endOf(job)?.type, 'Complete');
    assert.equal(job.status?.succeeded, 1);
    assert.ok(Date.parse(job.status.completionTime ?? '') >= Date.parse(job.status.startTime ?? ''));
    assert.equal(pod && terminatedOf(pod)?.exitCode, 0);
    assert.equal(pod && terminatedOf(pod)?.message, 'why\n');
    assert.deepEqual(await logOf(name), [`in ${place().namespace}`]);
    await drop(name);
    await until(async () => (await pods(name)).length === 0, patience);
    await assert.rejects(jobNamed(name), (error) => isAppError(error, 'cluster.api') && error.data['status'] === 404);
  });

  it('one that fails is begun again as often as it says, and no more; a code that its policy names ends it at once', async () => {
    const rules = [{ action: 'FailJob', onExitCodes: { containerName: 'db-ferry', operator: 'In', values: [3] } }];
    const twice = await make('exit 1', { backoffLimit: 1 });
    const once = await make('exit 3', { backoffLimit: 1, podFailurePolicy: { rules } });
    assert.equal(endOf((await ended(once)).job)?.reason, 'PodFailurePolicy');
    assert.equal((await pods(once)).length, 1);
    const { job } = await ended(twice);
    assert.equal(endOf(job)?.reason, 'BackoffLimitExceeded');
    assert.equal(job.status?.failed, 2);
    assert.equal((await pods(twice)).length, 2);
    await drop(once);
    await drop(twice);
  });

  it('its deadline can be moved while it works: its process is told to end, and heard saying so', async () => {
    const name = await make('trap "echo told; exit 0" TERM; echo on; while :; do sleep 0.1; done');
    await until(async () => (await pods(name))[0]?.status?.phase === 'Running', patience);
    const heard = logOf(name);
    await until(async () => {
      // a trap is set when the first line is there
      const lines = place().client.lines(`${at('pods', (await pods(name))[0]?.metadata.name ?? '')}/log`, {});
      for await (const line of lines) if (line === 'on') return true;
      return false;
    }, patience);
    await place().client.patch(at('jobs', name), 'merge', { spec: { activeDeadlineSeconds: 1 } });
    const { job } = await ended(name);
    assert.equal(endOf(job)?.type, 'Failed');
    assert.equal(endOf(job)?.reason, 'DeadlineExceeded');
    assert.deepEqual(await heard, ['on', 'told']);
    await drop(name);
  });

  it('an object is made once, replaced by whoever saw its last version, and applied over what is there', async () => {
    const { client } = place();
    const name = `contract-${randomBytes(4).toString('hex')}`;
    const metadata = { name, annotations: { a: '1' } };
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { one: '1' } };
    const made = await client.post<object>(at('configmaps'), map);
    const isConflict = (error: unknown): boolean => isAppError(error, 'cluster.api') && error.data['status'] === 409;
    await assert.rejects(client.post(at('configmaps'), map), isConflict);
    await client.put(at('configmaps', name), { ...made, data: { one: '2' } });
    await assert.rejects(client.put(at('configmaps', name), { ...made, data: { one: '3' } }), isConflict);
    const query = { fieldManager: 'contract', force: 'true' };
    const applied = { ...map, metadata: { name, annotations: { b: '2' } }, data: { two: '2' } };
    const seen = await client.patch(at('configmaps', name), 'apply', applied, { query });
    const { data, metadata: its } = seen as { data: object; metadata: { annotations: object } };
    assert.deepEqual(data, { one: '2', two: '2' });
    assert.deepEqual(its.annotations, { a: '1', b: '2' });
    await client.delete(at('configmaps', name), {});
  });
}
