import { build } from 'esbuild';
import { readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { repository } from './vsix';

/** Bundles test/editor/host into `folder`; gives the file that `extensionTestsPath` wants. */
export async function buildHostSuite(folder: string): Promise<string> {
  const source = join(repository, 'test/editor/host');
  const outdir = join(folder, 'host');
  await build({
    entryPoints: (await readdir(source)).filter((name) => name.endsWith('.ts')).map((name) => join(source, name)),
    ...{ outdir, bundle: true, platform: 'node', format: 'cjs', target: 'node22', outExtension: { '.js': '.cjs' } },
    ...{ external: ['vscode', 'mocha'], sourcemap: 'inline', logLevel: 'warning' },
  });
  // mocha reads files of its own, so it is not bundled
  await symlink(join(repository, 'node_modules'), join(outdir, 'node_modules'));
  return join(outdir, 'index.cjs');
}
