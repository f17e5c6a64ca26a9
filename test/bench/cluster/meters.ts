import { readdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { JobEvent } from '../../../src/core/job/record/jobEvents';
import { kubectl } from '../../cluster/setting';
import type { KubectlPod } from '../../cluster/kubectl';

/** Processor seconds so far: of the API servers, the kubelets and the pods. What does not tell counts as not a number. */
export interface Processor {
  readonly apiServer: number;
  readonly kubelet: number;
  readonly pod: number;
}

/** What the parts on the way have used, each by its own account. */
export async function processor(pods: readonly KubectlPod[]): Promise<Processor> {
  const all = await Promise.all(
    pods.map(async (pod) => {
      const node = await kubectl(
        pod.kubeconfig,
        '-n',
        pod.namespace,
        'get',
        'pod',
        pod.pod,
        '-o',
        'jsonpath={.spec.nodeName}',
      );
      const [apiServer, kubelet, container] = await Promise.all([
        metric(pod.kubeconfig, '/metrics'),
        metric(pod.kubeconfig, `/api/v1/nodes/${node}/proxy/metrics`).then(
          (told) => told ?? ownKubelet(pod.kubeconfig),
        ),
        pod.exec(['sh', '-c', containerUsage]),
      ]);
      return { apiServer: apiServer ?? Number.NaN, kubelet, pod: Number(container) / 1e6 };
    }),
  );
  return { apiServer: sum(all, 'apiServer'), kubelet: sum(all, 'kubelet'), pod: sum(all, 'pod') };
}

/** What was used between two accounts. */
export function used(before: Processor, after: Processor): Processor {
  return {
    apiServer: after.apiServer - before.apiServer,
    kubelet: after.kubelet - before.kubelet,
    pod: after.pod - before.pod,
  };
}

/** Microseconds, of both versions of control groups. */
const containerUsage = `cd /sys/fs/cgroup; if [ -r cpu.stat ]; then sed -n 's/^usage_usec //p' cpu.stat
else echo $(($(cat cpuacct/cpuacct.usage) / 1000)); fi`;

async function metric(kubeconfig: string, path: string): Promise<number | undefined> {
  const text = await kubectl(kubeconfig, 'get', '--raw', path).catch(() => '');
  const seconds = /^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

/** Of a kubelet that may not be asked through the API, but runs here, with its files beside the kubeconfig. */
async function ownKubelet(kubeconfig: string): Promise<number> {
  for (const pid of await pids()) {
    const [program = '', ...args] = (await procFile(pid, 'cmdline')).split('\0');
    if (program.endsWith('kubelet') && args.some((one) => one.includes(`${dirname(kubeconfig)}/`)))
      return cpuSeconds(pid);
  }
  return Number.NaN;
}

function sum(all: readonly Processor[], part: keyof Processor): number {
  return all.reduce((total, one) => total + one[part], 0);
}

/** Watches the process of a job, by the events that it writes: the processor seconds it used, and the most memory it had, MB. Linux only. */
export class JobMeter {
  seconds = 0;
  megabytes = 0;
  readonly #events: readonly JobEvent[];
  readonly #timer: NodeJS.Timeout;

  constructor(events: readonly JobEvent[]) {
    this.#events = events;
    this.#timer = setInterval(() => void this.#look(), 200);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const started = this.#events.find((event) => event.type === 'started');
    if (started?.type !== 'started') return;
    const pid = String(started.process.pid);
    this.seconds = Math.max(this.seconds, await cpuSeconds(pid));
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(await procFile(pid, 'status'))?.[1];
    this.megabytes = Math.max(this.megabytes, Number(kilobytes ?? 0) / 1024);
  }
}

async function pids(): Promise<string[]> {
  return (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
}

async function procFile(pid: string, name: string): Promise<string> {
  return readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
}

/** Its clock ticks a hundred times a second. */
async function cpuSeconds(pid: string): Promise<number> {
  const stat = await procFile(pid, 'stat');
  const [user, system] = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14).map(Number);
  return ((user ?? 0) + (system ?? 0)) / 100;
}
