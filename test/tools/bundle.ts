import { execa } from 'execa';
import { fileURLToPath } from 'node:url';

/** Once in a run: what the suites start is `dist/cli.js` as the sources are now. `npm test` made it for all of them. */
export async function mochaGlobalSetup(): Promise<void> {
  if (process.env['DB_FERRY_BUNDLED'] === '1') return;
  await execa(process.execPath, [fileURLToPath(new URL('../../esbuild.mjs', import.meta.url))], { stdio: 'inherit' });
}
