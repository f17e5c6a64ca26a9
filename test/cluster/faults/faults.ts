import { execa } from 'execa';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubectlPod } from '../kubectl';
import { kubectl } from '../setting';
import type { FaultProxy } from './proxy';

/** Where a fault strikes: the pod and cluster that the phase works with, and the job. */
export interface Scene {
  /** `a` or `b`: what the fault command calls the cluster */
  readonly letter: string;
  readonly pod: KubectlPod;
  readonly proxy: FaultProxy;
  /** the service account that the job works as */
  readonly account: string;
  /** of the job's own process, or of kubectl where that is looked at */
  readonly pid: number;
  /** a small disk: that of the backups, or that of the target's pod */
  readonly disk: SmallDisk;
  /** the file that the job's clock is read from */
  readonly clock: string;
}

export interface SmallDisk {
  fill(): Promise<unknown>;
  empty(): Promise<unknown>;
}

export interface Fault {
  readonly name: string;
  strike(scene: Scene): Promise<unknown>;
  /** what brings the cluster back; the pod's answer is waited for in any case */
  heal?(scene: Scene): Promise<unknown>;
  /** false: a wrong clock, say, is nothing that a transfer has to fail of */
  readonly mayPass?: boolean;
  /** what it needs beside two kubeconfigs */
  readonly needs?: 'fault command' | 'this machine' | 'faketime';
  /** kubectl meets it too, and its word for it is written beside ours */
  readonly withKubectl?: boolean;
}

/** `<command> a kubelet` kills it, `<command> a heal` brings all back. */
export const faultCommand = process.env['DB_FERRY_FAULT'];

const byCommand = (name: string, what: string): Fault => ({
  name,
  needs: 'fault command',
  withKubectl: true,
  strike: async ({ letter }) => execa(String(faultCommand), [letter, what]),
  heal: async ({ letter }) => execa(String(faultCommand), [letter, 'heal']),
});

/** Ends the tools in a pod that a dump or restore works with. */
export const killTools = [
  ...['sh', '-c'],
  `for p in /proc/[0-9]*; do read -r c <$p/comm && case $c in pg_dump|pg_restore|psql) kill -9 "\${p#/proc/}";; esac; done 2>/dev/null; :`,
];

/** Every fault of the matrix, the gentlest for the pod first: a container that dies often is restarted ever later. */
export const faults: readonly Fault[] = [
  { name: 'RST on the way', withKubectl: true, strike: async ({ proxy }) => Promise.resolve(proxy.reset()) },
  { name: 'network silent', withKubectl: true, strike: async ({ proxy }) => Promise.resolve(proxy.stall()) },
  {
    name: 'kill -9 of our job process',
    strike: async ({ pid }) => Promise.resolve(process.kill(pid, 'SIGKILL')),
  },
  {
    name: 'token revoked',
    mayPass: true,
    withKubectl: true,
    strike: async ({ pod, account }) =>
      kubectl(pod.kubeconfig, '-n', pod.namespace, 'delete', 'serviceaccount', account, '--wait=false'),
  },
  {
    name: 'clock jumps by two hours',
    needs: 'faketime',
    mayPass: true,
    strike: async ({ clock }) => writeFile(clock, '+2h\n'),
    heal: async ({ clock }) => writeFile(clock, '+0\n'),
  },
  {
    name: 'disk slow (2 MB/s)',
    needs: 'this machine',
    mayPass: true,
    strike: async (scene) => slow(scene, 2_000_000),
    heal: async (scene) => slow(scene, 0),
  },
  {
    name: 'disk full',
    strike: async ({ disk }) => disk.fill(),
    heal: async ({ disk }) => disk.empty(),
  },
  {
    name: 'kill -9 of the tool in the pod',
    withKubectl: true,
    strike: async ({ pod }) => pod.exec(killTools),
  },
  {
    name: 'kill -9 of the backend',
    withKubectl: true,
    strike: async ({ pod }: Scene): Promise<unknown> => {
      const ours = `select pid from pg_stat_activity where application_name ~ '^(db-ferry|pg_dump|pg_restore)' limit 1`;
      const ask = `psql -XAtU ${pod.user} -d template1 -c "${ours}"`;
      // between two commands there is none
      return pod.exec([
        'sh',
        '-c',
        `for i in $(seq 100); do p=$(${ask}) && [ -n "$p" ] && kill -9 "$p" && exit; done; exit 9`,
      ]);
    },
  },
  byCommand('kill -9 of the kubelet', 'kubelet'),
  byCommand('kill -9 of containerd', 'containerd'),
  byCommand('kill -9 of the API server', 'kube-apiserver'),
  {
    name: 'kill -9 of the postmaster',
    needs: 'this machine',
    withKubectl: true,
    strike: async ({ pod }) => process.kill(await mainProcess(pod), 'SIGKILL'),
  },
  byCommand('kill -9 of the shim', 'shim'),
  {
    name: 'pod deleted, grace 0',
    withKubectl: true,
    strike: async ({ pod }) =>
      kubectl(
        pod.kubeconfig,
        '-n',
        pod.namespace,
        'delete',
        'pod',
        pod.pod,
        '--grace-period=0',
        '--force',
        '--wait=false',
      ),
  },
];

/** True where the fault can be produced here. */
export async function isPossible({ needs }: Fault, pod: KubectlPod): Promise<boolean> {
  if (needs === 'fault command') return faultCommand !== undefined;
  if (needs === 'faketime')
    return stat(faketime).then(
      () => true,
      () => false,
    );
  if (needs === 'this machine')
    return mainProcess(pod).then(
      () => true,
      () => false,
    );
  return true;
}

/** Debian's package of that name. */
export const faketime = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';

/** The first process of a pod's container, where its node is this machine. */
export async function mainProcess(pod: KubectlPod): Promise<number> {
  const id = await kubectl(
    pod.kubeconfig,
    ...['-n', pod.namespace, 'get', 'pod', pod.pod, '-o', 'jsonpath={.status.containerStatuses[0].containerID}'],
  );
  const container = id.replace(/^\w+:\/\//, '');
  const pids = (await readdir('/proc'))
    .map(Number)
    .filter(Number.isInteger)
    .sort((a, b) => a - b);
  for (const pid of pids) {
    const cgroup = await readFile(join('/proc', String(pid), 'cgroup'), 'utf8').catch(() => '');
    if (container !== '' && cgroup.includes(container)) return pid;
  }
  throw new Error(`${pod.pod} does not run on this machine`);
}

/** Bytes a second that a process, or the pod of a restore, may write to its disk; 0 = as it likes. */
async function slow({ pod, pid, letter }: Scene, bytes: number): Promise<void> {
  const group = await (letter === 'a' ? groupOf(pid, bytes) : groupOfPod(pod));
  if (group === undefined) return;
  const { stdout: device } = await execa('sh', ['-c', `lsblk -ndo MAJ:MIN "$(df --output=source / | tail -1)"`]);
  await writeFile(join(group, 'blkio.throttle.write_bps_device'), `${device.trim()} ${String(bytes)}`);
}

const blkio = '/sys/fs/cgroup/blkio';

/** A group of its own; where the process is gone there is nothing to undo. */
async function groupOf(pid: number, bytes: number): Promise<string | undefined> {
  const group = join(blkio, 'db-ferry-faults');
  await execa('mkdir', ['-p', group]);
  if (bytes > 0) await writeFile(join(group, 'cgroup.procs'), String(pid));
  return group;
}

async function groupOfPod(pod: KubectlPod): Promise<string> {
  const lines = (await readFile(`/proc/${String(await mainProcess(pod))}/cgroup`, 'utf8')).split('\n');
  return join(blkio, lines.find((line) => line.includes(':blkio:'))?.split(':')[2] ?? '');
}
