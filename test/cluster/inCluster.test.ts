import assert from 'node:assert/strict';
import { execa } from 'execa';
import { setTimeout as sleep } from 'node:timers/promises';
import { ferry, startFerry, told, type Run } from '../lab/ferry';
import { kubectlProgram } from './kubectl';
import { kubectl, leave, pair, type Pair } from './setting';

/** An image of the clusters with Node 22.15 or newer; its user is not root. */
const image = process.env['DB_FERRY_NODE_IMAGE'] ?? 'localhost/nodejs:24';

describe('real clusters: jobs in the cluster', function () {
  this.timeout(600_000);
  let clusters: Pair;
  let runner: string;
  let place: string;
  const onB = (...args: string[]): Promise<string> => kubectl(clusters.kubeconfigB, ...args);

  before(async () => {
    clusters = await pair();
    await clusters.target.sql('postgres', 'create database ferryjobs;');
    const rows = 'select i as id, md5(i::text) || md5((i * 7)::text) as text from generate_series(1, 300000) i';
    await clusters.target.sql('ferryjobs', `create table noise as ${rows};`);
    const [alias = ''] = clusters.to.split('/');
    runner = `${alias}/ferry-runner`;
    place = clusters.to.replace(/[^/]+$/, 'ferryjobs');
    await onB('delete', 'namespace', 'ferry-runner', '--ignore-not-found', '--wait=true');
    await freeVolumes();
    await inCluster(0, 'deploy', 'runner', runner, '--for', 'demo', '--image', image, '--size', '1Gi');
  });
  after(async () => {
    if ((clusters as Pair | undefined) === undefined) return;
    await onB('delete', 'namespace', 'ferry-runner', '--ignore-not-found', '--wait=true');
    const given = ['roles,rolebindings', '-l', 'app.kubernetes.io/managed-by=db-ferry', '--ignore-not-found'];
    await onB('-n', 'demo', 'delete', ...given);
    await leave(clusters);
  });

  it('by its ServiceAccount, any user id and nothing it may write to but its volume: a pod backs up its neighbour', async () => {
    const run = await inCluster(0, 'backup', place, '--runner', runner);
    assert.equal(typeof run.result.data['backup'], 'string');
    assert.ok(run.events.some((event) => event.type === 'phase' && (event as { phase?: string }).phase === 'dump'));
    const id = jobOf(run);
    const pod = JSON.parse(
      await onB('-n', 'ferry-runner', 'get', 'pods', '-l', `batch.kubernetes.io/job-name=${id}`, '-o', 'json'),
    ) as {
      items: {
        spec: { serviceAccountName: string; securityContext: object; containers: { securityContext: object }[] };
      }[];
    };
    const [{ spec } = assert.fail('no pod')] = pod.items;
    assert.equal(spec.serviceAccountName, 'db-ferry');
    assert.deepEqual(spec.containers[0]?.securityContext, {
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    });
    const seen = await inCluster(0, 'job', id);
    assert.equal(seen.result.data['state'], 'done');
    const verified = await inCluster(0, 'verify', String(run.result.data['backup']), '--runner', runner);
    assert.equal(verified.result.outcome, 'done');
  });

  it('who asked is who the cluster says it was, with what this side says in brackets', async () => {
    const run = await inCluster(0, 'jobs');
    const job = run.events.find(({ type }) => type === 'job') as { asked: { by: string } };
    assert.match(job.asked.by, /^admin.* \(.+@.+\)$/);
  });

  it('cancelled in mid-dump: 130, and nothing is left in the pod of the database', async () => {
    const run = startFerry(clusters.setting, 'backup', place, '--runner', runner, '--gentle', '1');
    while (!run.events.some(({ type }) => type === 'progress')) await sleep(200);
    const cancelled = await inCluster(0, 'cancel', jobOf(run));
    assert.equal(cancelled.result.data['outcome'], 'cancelled');
    const ended = await run.ended;
    assert.equal(ended.exitCode, 130, told(ended));
    assert.equal((await clusters.target.leftovers()).trim(), '');
  });

  it('its pod killed: Kubernetes begins again, and what counts is what is whole', async () => {
    const run = startFerry(clusters.setting, 'backup', place, '--runner', runner, '--gentle', '2');
    while (!run.events.some(({ type }) => type === 'progress')) await sleep(200);
    await onB(
      '-n',
      'ferry-runner',
      'delete',
      'pod',
      '-l',
      `batch.kubernetes.io/job-name=${jobOf(run)}`,
      '--grace-period=0',
      '--force',
      '--wait=false',
    );
    const ended = await run.ended;
    assert.equal(ended.exitCode, 0, told(ended));
    assert.equal((await clusters.target.leftovers()).trim(), '');
  });

  it('a request that was changed on its way to the pod is not done', async () => {
    const id = jobOf(await inCluster(0, 'backup', place, '--runner', runner));
    const job = JSON.parse(await onB('-n', 'ferry-runner', 'get', 'job', id, '-o', 'json')) as {
      spec: { template: { metadata: { annotations: Record<string, string>; labels: unknown } }; selector: unknown };
    };
    const { template } = job.spec;
    const request = template.metadata.annotations['db-ferry.io/request'] ?? '';
    template.metadata.annotations['db-ferry.io/request'] = request.replace('"ferryjobs"', '"postgres"');
    delete (template.metadata as { labels?: unknown }).labels;
    const spec = { ...job.spec, selector: undefined };
    const forged = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'forged', namespace: 'ferry-runner' },
      spec,
    };
    await execa(kubectlProgram, ['--kubeconfig', clusters.kubeconfigB, 'create', '-f', '-'], {
      input: JSON.stringify(forged),
    });
    await onB('-n', 'ferry-runner', 'wait', '--for=condition=Failed', 'job/forged', '--timeout=180s');
    const log = await onB('-n', 'ferry-runner', 'logs', '-l', 'batch.kubernetes.io/job-name=forged', '--tail=-1');
    assert.match(log, /"code":"request.changed"/);
  });

  it('whoever may not run commands in a namespace cannot give it to a runner', async () => {
    const refused = await inCluster(1, 'deploy', 'runner', runner, '--for', 'no-such-namespace', '--image', image);
    assert.match(refused.result.error?.code ?? '', /^cluster\./);
  });

  async function inCluster(exitCode: number, ...args: string[]): Promise<Run> {
    const run = await ferry(clusters.setting, ...args);
    assert.equal(run.exitCode, exitCode, told(run));
    return run;
  }

  function jobOf({ events }: Pick<Run, 'events'>): string {
    const started = events.find(({ type }) => type === 'started') as { job?: string } | undefined;
    return started?.job ?? assert.fail('it never started');
  }

  /** Volumes that a claim had before are given to nobody by themselves. */
  async function freeVolumes(): Promise<void> {
    const released = (
      await onB('get', 'pv', '-o', 'jsonpath={range .items[?(@.status.phase=="Released")]}{.metadata.name} {end}')
    ).split(' ');
    for (const name of released.filter((one) => one !== '')) {
      await onB('patch', 'pv', name, '--type', 'merge', '-p', '{"spec":{"claimRef":null}}');
    }
  }
});
