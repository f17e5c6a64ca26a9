import { execa } from 'execa';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../..', import.meta.url));

/** Builds and packages the extension as it ships, into a file in `folder`. */
export async function packageExtension(folder: string): Promise<string> {
  const vsix = join(folder, 'db-ferry.vsix');
  const tools = { cwd: repository, preferLocal: true, localDir: repository };
  await execa('node', ['esbuild.mjs'], tools);
  await execa('vsce', ['package', '--no-dependencies', '--out', vsix], tools);
  return vsix;
}
