import { operandsOf } from '../../core/job/request';
import path from 'node:path';
import { localTime } from '../../words/format';
import { placeOf } from '../named';
import type { Candidate, LookingFor } from './complete';

/** What is there to be named, as far as this machine knows: kubeconfig files, the catalog, the jobs. No cluster is asked. */
export async function find({ kinds, word, root: named, kubeconfigs }: LookingFor): Promise<Candidate[]> {
  const { defaultRoot } = await import('../../core/catalog/root');
  const root = path.resolve(named ?? (process.env['DB_FERRY_ROOT'] || defaultRoot(process.env)));
  const found: Candidate[] = [];
  if (kinds.includes('backup')) found.push(...(await backups(root, word)));
  if (kinds.includes('job')) found.push(...(await jobs(root, word)));
  const [least, most] = levels(kinds);
  if (most > 0) found.push(...segments(await places(root, kubeconfigs), word, least, most));
  return found;
}

async function backups(root: string, word: string): Promise<Candidate[]> {
  const { readCatalog } = await import('../../core/catalog/catalog');
  const entries = [...(await readCatalog(root)).entries].reverse();
  if (entries.length === 0) return [];
  const filters = word.startsWith('latest:')
    ? [
        ...entries.map(({ manifest }) => ({ value: `latest:${manifest.source.database}` })),
        ...segments(entries.map(placeOf), word.slice('latest:'.length), 2).map((one) => ({
          ...one,
          value: `latest:${one.value}`,
        })),
      ]
    : [];
  return [
    ...latest(word),
    ...filters,
    ...entries.map((entry) => ({
      value: entry.id,
      help: `${placeOf(entry)}, ${localTime(entry.manifest.time.snapshot)}`,
    })),
  ];
}

function latest(word: string): Candidate[] {
  return word.startsWith('latest:') ? [] : [{ value: 'latest' }, { value: 'latest:', isOpen: true }];
}

async function jobs(root: string, word: string): Promise<Candidate[]> {
  const { listJobs } = await import('../../core/job/record/listJobs');
  const all = await listJobs(root);
  if (all.length === 0) return [];
  const kinds = word.startsWith('latest:') ? all.map(({ request }) => ({ value: `latest:${request.kind}` })) : [];
  return [
    ...latest(word),
    ...kinds,
    ...all.map(({ id, request, state }) => ({
      value: id,
      help: `${request.kind} ${operandsOf(request).join(' → ')}, ${state}`,
    })),
  ];
}

/** How many levels a place has to have, and may have at most. */
function levels(kinds: LookingFor['kinds']): readonly [least: number, most: number] {
  if (kinds.includes('database')) return [4, 4];
  if (kinds.includes('pod')) return [3, 3];
  return kinds.includes('place') ? [1, 4] : [0, 0];
}

/** All that are known, of any depth. */
async function places(root: string, files: readonly string[]): Promise<string[]> {
  const { readClusters } = await import('../../core/cluster/readClusters');
  const { readCatalog } = await import('../../core/catalog/catalog');
  const { listJobs } = await import('../../core/job/record/listJobs');
  const { clusters } = await readClusters({ files: files.map((file) => path.resolve(file)), env: process.env });
  return [
    ...clusters.map(({ alias }) => alias),
    ...(await readCatalog(root)).entries.map(placeOf),
    ...(await listJobs(root)).flatMap(({ request }) => operandsOf(request).filter((one) => /^[^./][^/]*\//.test(one))),
  ];
}

/** Each place up to the next slash after the word; from `least` levels on it may end there, with `most` it does. */
function segments(known: readonly string[], word: string, least: number, most = 4): Candidate[] {
  const level = word.split('/').length;
  const begun = known.filter((one) => one.startsWith(word)).map((one) => one.split('/'));
  return begun.flatMap((parts) => {
    const value = parts.slice(0, level).join('/');
    const goesOn = level < most && (parts.length > level || level < least);
    return [...(level >= least ? [{ value }] : []), ...(goesOn ? [{ value: `${value}/`, isOpen: true } as const] : [])];
  });
}
