import { ask, counted, keptOf, orders, serversOf, source, target, type Exercise, type Servers } from './exercise';

/** A database is moved to the other cluster, and back it goes. */
export const moveAndUndo: Exercise = {
  title: 'Move a database to the other cluster, and undo',
  only: ['source', 'pg16'],
  task: [
    `${source} is to replace ${target}, proven row by row.`,
    'Then the application does not start on it: the old database of cluster-b has to be back, and what was moved is to be kept for whoever looks for the cause.',
    'Do both.',
  ],
  async prepare({ lab, ferry }) {
    await ferry('copy', source, target, '--create-roles');
    // what there is in cluster-b and nowhere else
    await lab.server('pg16').sql('shop', `insert into archive.twins values (2, 'written in cluster-b')`);
    await lab.server('source').sql('shop', 'update shop.orders set total = total + 1 where id % 10 = 0');
    return { moved: await orders(serversOf(lab, ['source']), 'source') };
  },
  async missing(servers, { moved = '' }) {
    const [own = '0'] = await ask(
      servers,
      'pg16',
      'shop',
      `select count(*) from archive.twins where b = 'written in cluster-b'`,
    );
    const kept = await keptOf(servers, 'pg16');
    const found = await Promise.all(kept.map((name) => ordersOfKept(servers, name)));
    if (own === '0') return ['The database that cluster-b had is not back: what was written there is not in shop.'];
    if (kept.length === 0)
      return ['Nothing was moved yet, or what was moved is not kept: cluster-b has one shop alone.'];
    return found.includes(moved)
      ? []
      : [`What is kept in cluster-b has ${counted(found[0] ?? '?')}, not those of cluster-a.`];
  },
};

/** It is closed to everybody: opened for one look, and closed again. */
async function ordersOfKept(servers: Servers, name: string): Promise<string> {
  const quoted = `"${name.replaceAll('"', '""')}"`;
  await ask(servers, 'pg16', 'postgres', `alter database ${quoted} with allow_connections true`);
  try {
    return await orders(servers, 'pg16', name);
  } finally {
    await ask(servers, 'pg16', 'postgres', `alter database ${quoted} with allow_connections false`);
  }
}
