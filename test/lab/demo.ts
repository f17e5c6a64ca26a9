// `npm run demo`: the main job on two embedded clusters, to watch. `--keep` leaves the clusters running;
// `--editor` opens VS Code on them instead.
import { execa } from 'execa';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runWatched, type Run } from './ending';
import { compareFingerprints, fingerprint } from './independent';
import { places, startLab, type Lab } from './lab';
import { startLoad } from './load';

const keep = process.argv.includes('--keep');
const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const started = Date.now();
const facts: [string, string][] = [];

let lab: Lab;
let root: string;

if (process.argv.includes('--editor')) await (await import('../editor/demo')).demoInEditor();
await runWatched('db-ferry-demo-', async (run) => {
  title('Starting two clusters with real PostgreSQL servers');
  await execa(process.execPath, [fileURLToPath(new URL('../../esbuild.mjs', import.meta.url))], { stdio: 'inherit' });
  const scale = Number(process.env['DEMO_SCALE'] ?? 4);
  lab = await startLab({ only: ['source', 'pg16', 'pg18'], scale, tell: say });
  root = join(run.folder, 'backups');
  say(`up after ${seconds(started)}`);
  let failure: unknown;
  try {
    await demo(lab);
  } catch (error) {
    failure = error;
    say(`\nTHE DEMO FAILED: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (keep) await wait(run);
  await lab.close();
  return failure === undefined ? 0 : 1;
});

async function demo(running: Lab): Promise<void> {
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
  const id = await latest();
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

async function compare(): Promise<string[]> {
  const clients = [await lab.server('source').connect('shop'), await lab.server('pg16').connect('shop')] as const;
  try {
    return compareFingerprints(await fingerprint(clients[0]), await fingerprint(clients[1]));
  } finally {
    for (const client of clients) await client.end();
  }
}

/** Shows the command and runs it as a person would; exit 3 is an answer. */
async function ferry(...args: string[]): Promise<void> {
  process.stdout.write(`\n$ db-ferry ${args.join(' ')}\n`);
  const { exitCode } = await execa(process.execPath, [cli, ...args, '--root', root], {
    stdio: 'inherit',
    reject: false,
    env: settings(),
  });
  if (exitCode !== 0 && exitCode !== 3) throw new Error(`db-ferry ${args[0] ?? ''} ended with ${exitCode ?? '?'}`);
}

async function latest(): Promise<string> {
  const { stdout } = await execa(process.execPath, [cli, 'backups', '--json', '--root', root], { env: settings() });
  const ids = [...stdout.matchAll(/"id":"([^"]+)"/g)].map((match) => match[1] ?? '');
  const id = ids.at(-1);
  if (id === undefined) throw new Error('the catalog is empty');
  return id;
}

function settings(): Record<string, string> {
  return { KUBECONFIG: lab.kubeconfig };
}

async function wait(run: Run): Promise<void> {
  const own = `export KUBECONFIG=${lab.kubeconfig} XDG_STATE_HOME=${process.env['XDG_STATE_HOME'] ?? ''}`;
  const commands = [own, 'npx db-ferry pods', `npx db-ferry backups --root ${root}`];
  const lines = [`cd ${process.cwd()}`, ...commands].map((line) => `  ${line}`).join('\n');
  say(`\nThe clusters stay. In another terminal:\n\n${lines}\n\nCtrl-C ends them.`);
  await run.untilSignal();
}

function title(text: string): void {
  process.stdout.write(`\n\u001b[1m── ${text}\u001b[0m\n`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}
