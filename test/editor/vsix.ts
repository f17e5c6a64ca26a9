import { execa } from 'execa';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Builds and packages the extension as it ships, into a file in `folder`; `npm test` has built it. */
export async function packageExtension(folder: string): Promise<string> {
  const vsix = join(folder, 'db-ferry.vsix');
  const tools = { cwd: repository, preferLocal: true, localDir: repository };
  if (process.env['DB_FERRY_BUNDLED'] !== '1') await execa('node', ['esbuild.mjs'], tools);
  await execa('vsce', ['package', '--no-dependencies', '--out', vsix], tools);
  return vsix;
}
