// `npm run lab [-- <file>]`: the two clusters, until Ctrl-C; their kubeconfig is written to the file as well.
import { execa } from 'execa';
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runWatched } from './ending';
import { places, startLab, type PlaceName } from './lab';

await runWatched('db-ferry-lab-', async (run) => {
  await execa(process.execPath, [fileURLToPath(new URL('../../esbuild.mjs', import.meta.url))], { stdio: 'inherit' });
  const lab = await startLab({ pgbouncer: true, tell: (what) => console.log(what) });
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
    `\nIn another terminal:\n\n  cd ${process.cwd()}\n  export KUBECONFIG=${lab.kubeconfig}\n  npx db-ferry pods\n\nCtrl-C ends them.`,
  );
  await run.untilSignal();
  await lab.close();
  return 0;
});
