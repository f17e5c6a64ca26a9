// `npm run demo -- --editor`: the extension in VS Code in your browser, on the two embedded clusters, until Ctrl-C.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runWatched } from '../lab/ending';
import { startEditor } from './editor';
import { vscodeServer } from './install';

/** Resolves never: the process ends with it. */
export async function demoInEditor(): Promise<never> {
  return runWatched('dbf-demo-', async (run) => {
    // what takes longest, and may fail, comes first
    await vscodeServer();
    const tell = (what: string): void => void process.stdout.write(`${what}\n`);
    tell('Starting two clusters with real PostgreSQL servers, and VS Code …');
    const editor = await startEditor({ lab: { scale: Number(process.env['DEMO_SCALE'] ?? 4), tell } });
    const folder = join(editor.root, '..', 'work');
    await mkdir(folder, { recursive: true });
    tell(
      `\nOpen this in a browser of this machine:\n\n  ${editor.server.url}/?folder=${encodeURIComponent(folder)}\n\nand click the ferry at the left. From another machine, first: ssh -L ${editor.server.port}:127.0.0.1:${editor.server.port} <this machine>\nBackups are kept in ${editor.root} as long as this runs. Ctrl-C ends it all.`,
    );
    await run.untilSignal();
    await editor.close();
    return 0;
  });
}
