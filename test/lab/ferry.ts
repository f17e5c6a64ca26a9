import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { JobEvent, JobResult } from '../../src/core/job/record/jobEvents';
import { cleanedLines } from '../../src/words/cleanWords';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** What commands tell that are no jobs, too. */
type Told = Readonly<Record<string, unknown>>;

/** One run of the bundled command line, as a script would see it. */
export interface Run {
  readonly exitCode: number;
  readonly events: readonly (JobEvent | Record<string, unknown>)[];
  readonly result: JobResult & { readonly data: Told; readonly error?: { readonly data: Told } };
  readonly stderr: string;
  readonly seconds: number;
}

/** Where a run looks: a kubeconfig and a root of backups of its own. */
export interface FerrySetting {
  readonly kubeconfig: string;
  readonly root: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `db-ferry <args> --json` to its end. */
export async function ferry(setting: FerrySetting, ...args: string[]): Promise<Run> {
  return startFerry(setting, ...args).ended;
}

/** The same, with the process in hand and its events as they come. */
export function startFerry(
  setting: FerrySetting,
  ...args: string[]
): { child: ChildProcess; ended: Promise<Run>; events: JobEvent[] } {
  const started = Date.now();
  const child = spawn(
    process.execPath,
    [cli, ...args, '--json', '--kubeconfig', setting.kubeconfig, '--root', setting.root],
    {
      env: { ...process.env, KUBECONFIG: '', ...setting.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const events: JobEvent[] = [];
  let stderr = '';
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') events.push(JSON.parse(line) as JobEvent);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Run>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const last = events.at(-1);
      resolve({
        exitCode: code ?? (signal === 'SIGKILL' ? 137 : 1),
        events,
        result: (last?.type === 'result' ? last : undefined) as unknown as Run['result'],
        stderr,
        seconds: (Date.now() - started) / 1000,
      });
    });
  });
  return { child, ended, events };
}

/** What a clean-up did and found, as people read it, a line each. */
export function cleanedBy(run: Run): string {
  return cleanedLines(run.result.data).join('\n');
}

/** What a failed expectation needs to be understood: exit code, result and stderr. */
export function told(run: Run): string {
  return `exit ${run.exitCode}: ${JSON.stringify(run.result)}\n${run.stderr}`;
}
