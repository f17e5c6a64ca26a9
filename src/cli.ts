import { main } from './cli/main';

// a reader that went away (`| head`) is no reason to fail; the job, if there is one, goes on
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

void main(process.argv.slice(2), {
  in: process.stdin,
  out: process.stdout,
  err: process.stderr,
  isDumb: process.env['TERM'] === 'dumb',
}).then((exitCode) => {
  // ends also what keeps the process alive without use; a pipe gets all that was written before
  process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
});
