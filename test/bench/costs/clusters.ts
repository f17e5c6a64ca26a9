// The two embedded clusters in a process of their own, until its input ends: what is run against them is then no child of theirs.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startLab } from '../../lab/lab';

const lab = await startLab({ only: ['source', 'pg18'], seed: false });
const servers = await Promise.all(
  (['source', 'pg18'] as const).map(async (name) => {
    const text = await readFile(join(lab.server(name).data, 'postmaster.pid'), 'utf8');
    return Number(text.split('\n')[0]);
  }),
);
console.log(JSON.stringify({ kubeconfig: lab.kubeconfig, servers }));
process.stdin.on('end', () => void lab.close()).resume();
