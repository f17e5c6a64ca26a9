/**
 * `npm run bench -- --protection [--size <MB>] [--runs <n>]`: what encryption and masking cost a backup, in interleaved pairs of whole backups of the same database on an embedded cluster, medians: seconds to the last line, and
 * processor seconds of the command and its job, for each GB that the database has on its server. Linux only.
 */
import { execa } from 'execa';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeIdentity } from '../../../src/core/encrypt/identity';
import { KubectlPod } from '../../cluster/kubectl';
import { places } from '../../lab/lab';
import { makeRealistic } from '../cluster/databases';
import { costOfJob, type JobCost } from './jobCost';

const { values: options } = parseArgs({
  args: process.argv.slice(2).filter((one) => one !== '--protection'),
  options: { size: { type: 'string', default: '200' }, runs: { type: 'string', default: '5' } },
});

const folder = await mkdtemp(join(tmpdir(), 'dbf-costs-'));
const file = fileURLToPath(new URL('clusters.ts', import.meta.url));
const clusters = spawn(process.execPath, ['--import=tsx', file], { stdio: ['pipe', 'pipe', 'inherit'] });
const ended = once(clusters, 'close');
try {
  const kubeconfig = await started();
  const { recipient } = await makeIdentity();
  const env = { XDG_STATE_HOME: join(folder, 'state'), DB_FERRY_RECIPIENTS: `recovery:${recipient}` };
  const setting = { kubeconfig, root: join(folder, 'root'), env };
  const [context = '', namespace = '', pod = ''] = places.source.split('/');
  const only = join(folder, 'source.yaml');
  const view = ['config', 'view', '--minify', '--flatten', '--context', context, '--kubeconfig', kubeconfig];
  await writeFile(only, (await execa('kubectl', view)).stdout);
  const source = new KubectlPod(only, namespace, pod, 'postgres');
  await makeRealistic(source, 'bench', Number(options.size));
  const size = Number((await source.sql('bench', 'select pg_database_size(current_database());')).trim());
  // 5 of 24 columns: names, addresses, texts and whole documents
  const rules = join(folder, 'masking.yaml');
  const masked = ['customers.name: name', 'customers.email: email', 'customers.since: date', 'orders.note: redact'];
  const lines = masked.map((one) => `  - {match: "*.${one.replace(': ', '", as: ')}}`);
  lines.push('  - {match: "*.events*.payload", as: json, paths: {"$.session": hash, "**": keep}}');
  lines.push('  - {match: "*.*.*", as: keep}');
  await writeFile(
    rules,
    ['version: 1', 'largeObjects: keep', 'definitions: keep', 'columns:', ...lines, ''].join('\n'),
  );

  const backup = (...more: string[]) => costOfJob(setting, ['backup', `${places.source}/bench`, ...more]);
  await backup();
  const gigabytes = size / 1e9;
  console.log(`${(size / 1e6).toFixed(0)} MB on the server, ${options.runs} pairs`);
  for (const [what, args] of [
    ['encrypted', ['--encrypt']],
    ['a fifth of the columns masked', ['--mask', rules]],
  ] as const) {
    const pairs: { plain: JobCost; other: JobCost }[] = [];
    for (let run = 0; run < Number(options.runs); run += 1)
      pairs.push({ plain: await backup(), other: await backup(...args) });
    const of = (pick: (pair: { plain: JobCost; other: JobCost }) => number): number => median(pairs.map(pick));
    const time = of(({ plain, other }) => other.seconds / plain.seconds);
    const more = of(({ plain, other }) => other.processor - plain.processor) / gigabytes;
    const both = [of(({ other }) => other.seconds), of(({ plain }) => plain.seconds)].map((one) => one.toFixed(2));
    console.log(
      `${what}: ${both.join(' s, in clear ')} s: ${time.toFixed(2)} of its time; ${more.toFixed(2)} processor seconds more a GB; ${of(({ other }) => other.megabytes).toFixed(0)} MB`,
    );
  }
} finally {
  clusters.stdin.end();
  await ended;
  await rm(folder, { recursive: true, force: true });
}

async function started(): Promise<string> {
  let said = '';
  for await (const text of clusters.stdout.setEncoding('utf8')) {
    said += String(text);
    if (said.endsWith('}\n')) return (JSON.parse(said.slice(said.indexOf('{'))) as { kubeconfig: string }).kubeconfig;
  }
  throw new Error('the clusters did not start');
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
