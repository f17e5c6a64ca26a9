// `npm run test:electron`: the suite of the extension host in a desktop VS Code, which is downloaded; needs a screen or xvfb-run.
import { runTests } from '@vscode/test-electron';
import { execa } from 'execa';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildHostSuite } from './hostSuite';
import { repository } from './vsix';

const folder = await mkdtemp(join(tmpdir(), 'dbf-electron-'));
try {
  await execa('node', ['esbuild.mjs'], { cwd: repository });
  await runTests({
    extensionDevelopmentPath: repository,
    extensionTestsPath: await buildHostSuite(folder),
    launchArgs: ['--disable-extensions', '--disable-workspace-trust'],
  });
} finally {
  await rm(folder, { recursive: true, force: true });
}
