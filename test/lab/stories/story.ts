import { execa } from 'execa';
import { fileURLToPath } from 'node:url';
import type { Lab, PlaceName } from '../lab';

/** What `npm run demo` shows. */
export interface Story {
  /** pods with servers that it needs */
  readonly only: readonly PlaceName[];
  /** how much there is in the database that is always there; default 4 */
  readonly scale?: number;
  /** Jobs of its clusters run */
  readonly jobs?: boolean;
  readonly tell: (telling: Telling) => Promise<void>;
}

/** What a story is told with. */
export interface Telling {
  readonly lab: Lab;
  /** a folder of its own, gone afterwards */
  readonly folder: string;
  /** of the backups */
  readonly root: string;
  /** of the whole demo; milliseconds */
  readonly started: number;
  readonly title: (text: string) => void;
  readonly say: (text: string) => void;
  /** Shows the command and runs it as a person would; exit 3 is an answer. Returns the exit code. */
  readonly ferry: (...args: readonly string[]) => Promise<number>;
  readonly seconds: (since: number) => string;
}

const cli = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url));

/** In bold where somebody watches: a file gets no control codes. */
export function heading(text: string): string {
  return process.stdout.isTTY ? `\u001b[1m${text}\u001b[0m` : text;
}

/** A telling of a lab that is up. */
export function tellingOf(of: Pick<Telling, 'lab' | 'folder' | 'root' | 'started'>): Telling {
  return {
    ...of,
    title: (text) => void process.stdout.write(`\n${heading(`── ${text}`)}\n`),
    say: (text) => void process.stdout.write(`${text}\n`),
    ferry: async (...args) => {
      const exitCode = await ferryWith(of, args);
      if (exitCode !== 0 && exitCode !== 3) throw new Error(`db-ferry ${args[0] ?? ''} ended with ${exitCode}`);
      return exitCode;
    },
    seconds: (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`,
  };
}

/** Shows a command, runs it, and returns its exit code, whatever that is. `env`: beside the kubeconfig. */
export async function ferryWith(
  { lab, root }: Pick<Telling, 'lab' | 'root'>,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  process.stdout.write(`\n$ db-ferry ${args.join(' ')}\n`);
  const { exitCode } = await execa(process.execPath, [cli, ...args, '--root', root], {
    stdio: 'inherit',
    reject: false,
    env: { KUBECONFIG: lab.kubeconfig, ...env },
  });
  return exitCode ?? 1;
}

/** The newest backup's id. */
export async function latest({ lab, root }: Pick<Telling, 'lab' | 'root'>): Promise<string> {
  const { stdout } = await execa(process.execPath, [cli, 'backups', '--json', '--root', root], {
    env: { KUBECONFIG: lab.kubeconfig },
  });
  const ids = [...stdout.matchAll(/"id":"([^"]+)"/g)].map((match) => match[1] ?? '');
  const id = ids.at(-1);
  if (id === undefined) throw new Error('the catalog is empty');
  return id;
}
