import { execa } from 'execa';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Lab } from '../lab';
import { ask, counted, keptOf, orders, serversOf, source, target, type Exercise } from './exercise';

/** What a restore wants besides the database: the reserve of a small volume. */
const reserve = 64 * 1024 ** 2;

/** Kept databases fill the volume of the target. */
export const diskFull: Exercise = {
  title: 'The disk of the target is full',
  only: ['source', 'pg16'],
  task: [
    `Somebody spoiled the orders of ${target}: each total is 0.`,
    `The newest backup of ${source} is to go there, in place of it. It is refused: there is no room.`,
    'Nobody can enlarge the volume tonight. Make room, and do it.',
  ],
  async prepare({ lab, ferry }) {
    const servers = serversOf(lab, ['source', 'pg16']);
    await ferry('backup', source, '--reason', 'in the night');
    await ferry('restore', 'latest:shop', target, '--create-roles');
    await ferry('restore', 'latest:shop', target, '--as', 'replace', '--yes', '--reason', 'a try');
    await lab.server('pg16').sql('shop', 'update shop.orders set total = 0');
    const [bytes = '0'] = await ask(servers, 'source', 'postgres', `select pg_database_size('shop')`);
    const [kept = '0'] = await ask(
      servers,
      'pg16',
      'postgres',
      String.raw`select sum(pg_database_size(oid)) from pg_database where datname like 'shop\_\_before\_%'`,
    );
    // room for it with what is kept given up, and not without
    await limitVolume(lab, Math.ceil(Number(bytes) * 1.4) + reserve - Math.floor(Number(kept) / 2));
    return { wanted: await orders(servers, 'source'), spoiled: await orders(servers, 'pg16') };
  },
  async missing(servers, { wanted = '', spoiled = '' }) {
    const now = await orders(servers, 'pg16');
    if (now === wanted) return [];
    if (now !== spoiled) return [`shop in cluster-b has ${counted(now)}, which are not those of the backup.`];
    const kept = await keptOf(servers, 'pg16');
    return [
      'The totals in cluster-b are still 0.',
      kept.length > 0 ? `On its volume there are ${kept.length + 1} databases of shop.` : 'There is room now.',
    ];
  },
};

/** Has `df` in the pod of pg16 tell of a volume on which nothing but databases lies, with so much room left now. */
async function limitVolume(lab: Lab, free: number): Promise<void> {
  const { data, folder, bin } = lab.server('pg16');
  const tools = join(folder, 'volume');
  const used = Number((await execa('du', ['-sk', '--apparent-size', join(data, 'base')])).stdout.split('\t')[0]);
  const script = `#!/bin/sh
all=${used + Math.floor(free / 1024)}; now=$(du -sk --apparent-size '${data}/base' | cut -f 1)
echo 'Filesystem 1024-blocks Used Available Capacity Mounted on'
for one in "$@"; do case $one in -*) ;; *) echo "/dev/volume $all $now $((all - now)) 50% /data" ;; esac; done
`;
  await mkdir(tools);
  await writeFile(join(tools, 'df'), script);
  await chmod(join(tools, 'df'), 0o755);
  const pod = lab.clusters['cluster-b'].state.pods.find(({ name }) => name === 'pg16-0');
  if (!pod) throw new Error('pg16 has no pod');
  const start = pod.start.bind(pod);
  pod.start = (container, argv) => start(container, ['env', `PATH=${tools}:${bin}:/usr/bin:/bin`, ...argv]);
}
