import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// jobs and keys of the tests are not those of who runs them: the workers and the processes that tests start inherit it
if (process.env['DB_FERRY_TEST_STATE'] === undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'dbf-state-'));
  process.env['DB_FERRY_TEST_STATE'] = folder;
  process.env['XDG_STATE_HOME'] = folder;
  // of the half second that each of a thousand processes takes to begin, half is compiling the same files
  process.env['NODE_COMPILE_CACHE'] = join(folder, 'compiled');
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
}
