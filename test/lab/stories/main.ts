import { compareFingerprints, fingerprint } from '../independent';
import { places, type Lab } from '../lab';
import { startLoad } from '../load';
import { latest, type Story, type Telling } from './story';

/** The main job: back up, verify, restore under load, compare, undo. */
export const mainStory: Story = {
  only: ['source', 'pg16', 'pg18'],
  tell: demo,
};

async function demo(telling: Telling): Promise<void> {
  const { lab: running, ferry, say, title, seconds, started } = telling;
  const facts: [string, string][] = [];
  const compare = async (): Promise<string[]> => compareServers(running);
  const source = `${places.source}/shop`;
  const target = `${places.pg16}/shop`;
  title('What your kubeconfig reaches');
  await ferry('pods');
  await ferry('databases', places.source);

  title('Back up from cluster-a');
  const backupStarted = Date.now();
  await ferry('backup', source, '--reason', 'demo');
  facts.push(['backup', seconds(backupStarted)]);
  await ferry('backups');
  const id = await latest(telling);
  title('Verify it again: digests and structure');
  await ferry('verify', id);

  title('A first copy in cluster-b, and an application that uses it');
  await ferry('restore', id, target, '--create-roles');
  const pg16 = running.server('pg16');
  await pg16.sql(
    'shop',
    `update shop.orders set total = total + 0.01 where id = 7; insert into archive.twins values (2, 'written in cluster-b')`,
  );
  say('somebody changed one cent and added a row there; diff finds both:');
  await ferry('diff', source, target);

  title('Restore over it while 8 clients work on it');
  const load = startLoad({
    port: pg16.port,
    user: pg16.superuser,
    database: 'shop',
    clients: 8,
    query: 'select count(*) from archive.twins',
  });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const restoreStarted = Date.now();
  await ferry('restore', id, target, '--as', 'replace', '--yes');
  facts.push(['restore with comparison and swap', seconds(restoreStarted)]);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const seen = await load.stop();
  const failedLogins = Object.values(seen.failedLogins).reduce((sum, n) => sum + n, 0);
  say(
    `what the clients saw: longest wait ${seen.longestGap} ms from one answer to the next, ${failedLogins} failed logins, ${seen.queries} queries`,
  );
  say(
    '(the time above is what the server kept logins waiting; a client also has to notice, to connect and to ask again)',
  );
  facts.push(['longest wait of a client', `${seen.longestGap} ms`], ['failed logins', String(failedLogins)]);

  title('The same? Asked in SQL on both sides, without DB Ferry');
  const lines = await compare();
  say(lines.length === 0 ? 'identical: rows, sequences, large objects' : lines.join('\n'));
  if (lines.length > 0) throw new Error('source and target differ');

  title('Undo: the database that was there before is back');
  await ferry('undo', target, '--yes');
  const after = await compare();
  say(
    'as it should be, the one cent and the added row are there again, so that the two differ (left cluster-a, right cluster-b):',
  );
  say(after.slice(0, 3).join('\n'));
  if (after.length === 0) throw new Error('undo did not bring the old database back');
  await ferry('jobs');

  title('Report');
  for (const [what, value] of [...facts, ['the whole demo', seconds(started)] as const])
    say(`${what.padEnd(36)}${value}`);
}

async function compareServers(lab: Lab): Promise<string[]> {
  const clients = [await lab.server('source').connect('shop'), await lab.server('pg16').connect('shop')] as const;
  try {
    return compareFingerprints(await fingerprint(clients[0]), await fingerprint(clients[1]));
  } finally {
    for (const client of clients) await client.end();
  }
}
