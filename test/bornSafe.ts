import assert from 'node:assert/strict';
import { sessionOptions, sessionSettings } from '../src/core/postgres/tools/session';

const client = /(?:^|\/)(?:psql|pg_dump|pg_restore|pg_dumpall)$/;

/** How the settings begin that every session is born with, whatever it is for. */
const settings = sessionOptions(sessionSettings({}, 'write'));

/**
 * Fails where an argv begins a session without the settings that keep it safe, or with a file of the container's, whoever made it. Returns whether it begins one
 * at all; the probe begins several.
 */
export function assertBornSafe(argv: readonly string[]): boolean {
  const probe = argv.indexOf('probe');
  if (probe > 0 && argv[probe - 1]?.includes('login()')) {
    const levels = argv.slice(probe + 3, probe + 6);
    for (const level of levels) assert.ok(level.startsWith(settings), level);
    assert.equal(levels.length, 3);
    return true;
  }
  // behind `sh -c <script>` it is only what a test calls its script
  const at = argv.findIndex((one, index) => client.test(one) && argv[index - 2] !== '-c');
  if (at < 0) return false;
  const before = argv.slice(0, at);
  const options = before.filter((one) => one.startsWith('PGOPTIONS='));
  assert.equal(options.length, 1, argv.join(' '));
  assert.ok(options[0]?.startsWith(`PGOPTIONS=${settings}`), argv.join(' '));
  assert.ok(before.includes('PG_COLOR=never'), argv.join(' '));
  for (const name of ['PGSERVICE', 'PGHOSTADDR', 'PSQLRC']) assert.equal(before[before.indexOf(name) - 1], '-u', name);
  if (argv[at]?.endsWith('psql')) assert.equal(argv[at + 1], '-X');
  return true;
}
