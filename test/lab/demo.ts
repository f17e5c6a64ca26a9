// `npm run demo`: the main job on two embedded clusters, to watch. `--story <name>` tells another one; `--keep` leaves the clusters running;
// `--editor` opens VS Code on them instead.
import { execa } from 'execa';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runWatched, type Run } from './ending';
import { startLab } from './lab';
import { heading, tellingOf, type Story, type Telling } from './stories/story';

/** Each in a file of its own. */
const stories: Readonly<Record<string, () => Promise<Story>>> = {
  main: async () => (await import('./stories/main')).mainStory,
  organisation: async () => (await import('./stories/organisation')).organisationStory,
  protection: async () => (await import('./stories/protection')).protectionStory,
};

const keep = process.argv.includes('--keep');
const started = Date.now();

if (process.argv.includes('--editor')) await (await import('../editor/demo')).demoInEditor();
const story = await named(
  process.argv.includes('--story') ? process.argv[process.argv.indexOf('--story') + 1] : 'main',
);
await runWatched('db-ferry-demo-', async (run) => {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  say(`\n${heading('── Starting two clusters with real PostgreSQL servers')}`);
  await execa(process.execPath, [fileURLToPath(new URL('../../esbuild.mjs', import.meta.url))], { stdio: 'inherit' });
  const scale = Number(process.env['DEMO_SCALE'] ?? story.scale ?? 4);
  const lab = await startLab({ only: story.only, scale, jobs: story.jobs === true, tell: say });
  const telling = tellingOf({ lab, folder: run.folder, root: join(run.folder, 'backups'), started });
  say(`up after ${telling.seconds(started)}`);
  let failure: unknown;
  try {
    await story.tell(telling);
  } catch (error) {
    failure = error;
    say(`\nTHE DEMO FAILED: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (keep) await wait(run, telling);
  await lab.close();
  return failure === undefined ? 0 : 1;
});

async function named(name = ''): Promise<Story> {
  const found = Object.hasOwn(stories, name) ? stories[name] : undefined;
  if (found) return found();
  process.stderr.write(`There is no story "${name}"; they are ${Object.keys(stories).join(', ')}.\n`);
  process.exit(2);
}

async function wait(run: Run, { lab, root, say }: Telling): Promise<void> {
  const own = `export KUBECONFIG=${lab.kubeconfig} XDG_STATE_HOME=${process.env['XDG_STATE_HOME'] ?? ''}`;
  const commands = [own, 'npx db-ferry pods', `npx db-ferry backups --root ${root}`];
  const lines = [`cd ${process.cwd()}`, ...commands].map((line) => `  ${line}`).join('\n');
  say(`\nThe clusters stay. In another terminal:\n\n${lines}\n\nCtrl-C ends them.`);
  await run.untilSignal();
}
