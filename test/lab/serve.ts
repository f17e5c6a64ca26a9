// `npm run lab [-- <file>]`: the two clusters, until Ctrl-C; their kubeconfig is written to the file as well.
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { places, startLab, type PlaceName } from './lab';

const lab = await startLab({ pgbouncer: true });
const [file] = process.argv.slice(2);
if (file !== undefined) {
  await mkdir(dirname(file), { recursive: true });
  await copyFile(lab.kubeconfig, file);
}
const rows = (Object.keys(places) as PlaceName[]).map((name) => {
  const { major, port, superuser } = lab.server(name);
  return `  ${places[name].padEnd(46)}${String(major).padEnd(4)}psql -h 127.0.0.1 -p ${port} -U ${superuser}`;
});
console.log(`Two clusters are up; past the pods, the servers answer here:\n\n${rows.join('\n')}`);
if (lab.pgbouncer)
  console.log(`  ${'PgBouncer in front of pg16'.padEnd(50)}psql -h 127.0.0.1 -p ${lab.pgbouncer.port}`);
console.log(
  `\nIn another terminal:\n\n  export KUBECONFIG=${lab.kubeconfig}\n  node dist/cli.js pods\n\nCtrl-C ends them.`,
);
await new Promise<void>((resolve) => {
  process.once('SIGINT', resolve);
  process.once('SIGTERM', resolve);
});
await lab.close();
