// `npm run rehearse`: exercises on two embedded clusters. One makes trouble and waits; the person mends it in another terminal, where
// `npm run rehearse -- --check` says whether it is mended. docs/rehearsal.md has the tasks and their solutions.
import { execa } from 'execa';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runWatched } from './ending';
import { ferry, told, type Run } from './ferry';
import { startLab } from './lab';
import { serversOf, type Exercise, type Facts, type Servers } from './rehearsal/exercise';
import { exercises } from './rehearsal/exercises';
import { heading } from './stories/story';

/** What is rehearsed now: who checks is another process. */
interface Rehearsal {
  readonly exercise: string;
  readonly servers: Servers;
  readonly facts: Facts;
}

const file = fileURLToPath(new URL('../../.cache/rehearsal.json', import.meta.url));
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const [word] = process.argv.slice(2);

if (word === undefined) list();
else if (word === '--check') process.exitCode = await check();
else await rehearse(word);

function list(): void {
  say('Exercises:\n');
  for (const [name, { title }] of Object.entries(exercises)) say(`  npm run rehearse -- ${name.padEnd(16)}${title}`);
  say('\nIt makes the trouble and waits. In another terminal: npm run rehearse -- --check');
}

async function check(): Promise<number> {
  if (!existsSync(file)) {
    say('Nothing is rehearsed here: npm run rehearse lists the exercises.');
    return 2;
  }
  const { exercise, servers, facts } = JSON.parse(await readFile(file, 'utf8')) as Rehearsal;
  const missing = await exercises[exercise]?.missing(servers, facts);
  if (missing?.length === 0) {
    say(`${exercise}: PASSED`);
    return 0;
  }
  say(
    `${exercise}: not yet\n${(missing ?? ['There is no such exercise any more.']).map((one) => `  ${one}`).join('\n')}`,
  );
  return 1;
}

async function rehearse(name: string): Promise<void> {
  const exercise = Object.hasOwn(exercises, name) ? exercises[name] : undefined;
  if (!exercise) {
    process.stderr.write(`There is no exercise "${name}"; they are ${Object.keys(exercises).join(', ')}.\n`);
    process.exitCode = 2;
    return;
  }
  await runWatched('db-ferry-rehearsal-', async (run) => {
    say('Starting the clusters; this takes a minute …');
    await execa(process.execPath, [fileURLToPath(new URL('../../esbuild.mjs', import.meta.url))], { stdio: 'inherit' });
    const lab = await startLab({ only: exercise.only, scale: 0.5 });
    const root = join(run.folder, 'backups');
    const setting = { kubeconfig: lab.kubeconfig, root };
    const facts = await exercise.prepare({
      lab,
      ferry: async (...args): Promise<Run> => {
        const done = await ferry(setting, ...args);
        if (done.exitCode !== 0) throw new Error(`The exercise could not be prepared: ${told(done)}`);
        return done;
      },
    });
    const rehearsal: Rehearsal = { exercise: name, servers: serversOf(lab, exercise.only), facts };
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify(rehearsal), { mode: 0o600 });
    try {
      say(text(exercise, { KUBECONFIG: lab.kubeconfig, DB_FERRY_ROOT: root }));
      await run.untilSignal();
    } finally {
      await rm(file, { force: true });
    }
    await lab.close();
    return 0;
  });
}

function text({ title, task }: Exercise, env: Readonly<Record<string, string>>): string {
  const state = process.env['XDG_STATE_HOME'] ?? '';
  const variables = Object.entries({ ...env, XDG_STATE_HOME: state }).map(([name, value]) => `${name}=${value}`);
  return `
${heading(title)}

${task.map((line) => `  ${line}`).join('\n')}

In another terminal:

  cd ${process.cwd()}
  export ${variables.join(' ')}
  npx db-ferry pods
  npm run rehearse -- --check

The run book is docs/runbooks.md. Ctrl-C here ends the exercise.`;
}
