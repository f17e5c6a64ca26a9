import { execa } from 'execa';
import { fileURLToPath } from 'node:url';

/** Once in a run: what the suites start is `dist/cli.js` as the sources are now. */
export async function mochaGlobalSetup(): Promise<void> {
  await execa(process.execPath, [fileURLToPath(new URL('../../esbuild.mjs', import.meta.url))], { stdio: 'inherit' });
}
