// `npm run demo -- --editor`: the extension in VS Code in your browser, on the two embedded clusters, until Ctrl-C.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startEditor } from './editor';

process.stdout.write('Starting two clusters with real PostgreSQL servers, and VS Code …\n');
const editor = await startEditor({ lab: { scale: Number(process.env['DEMO_SCALE'] ?? 4) } });
const folder = join(editor.root, '..', 'work');
await mkdir(folder, { recursive: true });
process.stdout.write(
  `\nOpen this in a browser:\n\n  ${editor.server.url}/?folder=${encodeURIComponent(folder)}\n\nand click the ferry at the left. Backups are kept in ${editor.root} as long as this runs. Ctrl-C ends it all.\n`,
);
await new Promise<void>((resolve) => {
  // not once: a second signal must not cut the end short
  process.on('SIGINT', resolve);
  process.on('SIGTERM', resolve);
});
await editor.close();
process.exit(0);
