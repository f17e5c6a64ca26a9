import { execa } from 'execa';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { whyNoContainers } from '../jobs/container';
import { oddDatabase, places } from '../lab';
import { ferryWith, latest, type Story, type Telling } from './story';

/** A week of an organisation in three minutes: backups that nobody starts, a drill, who is not protected, and a restore that somebody else approves. */
export const organisationStory: Story = {
  only: ['source', 'pg16'],
  scale: 0.02,
  jobs: true,
  tell,
};

const checks = `checks:
  - name: there are orders
    sql: select count(*) from shop.orders
    expect: "> 100"
  - name: no order without its customer
    sql: select count(*) from shop.orders o left join shop.customers c on c.id = o.customer where c.id is null
    expect: "0"
`;

const policy = `apiVersion: db-ferry.io/v1alpha1
kind: OperationPolicy
metadata: { name: house }
spec:
  classes:
    - { name: management, when: request.operation == "restore" }
    - { name: automatic, when: 'true' }
  rules:
    management: { approvals: 1, reason: required, ticket: '^OPS-[0-9]+$', waitsAtMost: 3d, validFor: 4h }
    automatic: { approvals: 0 }
`;

const manager = { DEVWORKSPACE_NAME: 'the-managers-desk' };

async function tell(telling: Telling): Promise<void> {
  const { lab, folder, root, ferry, say, title, seconds, started } = telling;
  const source = `${places.source}/shop`;
  const target = `${places.pg16}/shop`;
  const why = whyNoContainers();
  if (why !== undefined) {
    throw new Error(`Jobs of the lab run in mount namespaces, which this machine does not give: ${why}`);
  }
  const refused = async (args: readonly string[], env = {}): Promise<void> => {
    if ((await ferryWith(telling, args, env)) === 0) throw new Error(`db-ferry ${args.join(' ')} was not refused`);
  };

  title('Once: let jobs run in the cluster');
  await ferry('deploy', 'runner', 'cluster-a/db-ferry', '--for', 'shop-prod');

  title('A schedule: a backup is taken at once, and only where it is done and verified the CronJob is made');
  await ferry('schedule', 'add', source, '--at', 'daily', '--zone', 'Europe/Berlin', '--keep-daily', '7');

  title('A drill every week: the backup is restored, compared row by row, asked questions, timed, dropped');
  const file = join(folder, 'checks.yaml');
  await writeFile(file, checks);
  await ferry('schedule', 'add', source, '--drill', '--at', 'weekly', '--into', places.source, '--checks', file);
  await ferry('schedule', 'list', 'cluster-a');

  title('Who is protected, and who is not');
  const code = await ferry('status', 'cluster-a');
  if (code !== 3) throw new Error(`${oddDatabase} has no backup, and status ended with ${code}`);
  say(`It ends with 3: nobody backs ${oddDatabase} up. As a page: --page protection.html.`);

  title('A restore that somebody else has to approve');
  await ferry('backup', source, '--reason', 'before the month ends');
  const id = await latest(telling);
  await ferry('restore', id, target, '--create-roles', '--reason', 'the first one, before there was a policy');
  const spoiled = 'update shop.orders set total = 0.01';
  await lab.server('pg16').sql('shop', spoiled);
  await mkdir(root, { recursive: true });
  await writeFile(join(root, 'policy.yaml'), policy);
  say(`\n${policy}`);
  say('In cluster-b somebody set the total of each order to one cent. Without an approval nothing is put back:');
  const restore = ['restore', id, target, '--as', 'replace', '--reason', 'totals lost at noon', '--ticket', 'OPS-12'];
  await refused([...restore, '--yes']);
  await ferry('request', ...restore);
  const request = await requestIn(telling);
  say('\nNobody approves their own:');
  await refused(['approve', request, '--reason', 'I am in a hurry']);
  say('\nThe manager, at another desk:');
  await ferryWith(telling, ['approve', request, '--reason', 'agreed with the shop team'], manager);
  await ferry(...restore, '--yes', '--approval', request);
  const spoiledNow = 'select count(*)::int as n from shop.orders group by total having count(*) > 100';
  const cents = await lab.server('pg16').sql('shop', spoiledNow);
  say(`asked in SQL: the totals are ${cents.length === 0 ? 'back' : 'NOT back'}`);
  if (cents.length > 0) throw new Error('the totals are not back');

  title('What is left of it: a report, and a trail that nobody rewrites unseen');
  await ferry('report', 'latest');
  await ferry('audit', 'verify');

  title('Report');
  say(
    `Shown in ${seconds(started)}: deploy, schedule, backup, drill, status with an unprotected database, request, approval, restore, report, audit verify.`,
  );
}

/** The one request that there is. */
async function requestIn({ lab, root }: Pick<Telling, 'lab' | 'root'>): Promise<string> {
  const cli = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));
  const { stdout } = await execa(process.execPath, [cli, 'requests', '--json', '--root', root], {
    env: { KUBECONFIG: lab.kubeconfig },
  });
  const [, name] = /"name":"(req-[^"]+)"/.exec(stdout) ?? [];
  if (name === undefined) throw new Error('there is no request');
  return name;
}
