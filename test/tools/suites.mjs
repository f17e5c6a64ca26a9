// Runs every gate and suite, one after the other, and closes with the sum over all of them.
//   node test/tools/suites.mjs          everything: what `npm test` does
//   node test/tools/suites.mjs check    without the lab: what one runs while writing
import { spawn } from 'node:child_process';
import { lookFor } from './needs.mjs';
import { install, environment, root } from './setup.mjs';

/** A gate counts as one check; a mocha suite counts its tests. */
const gates = [
  { name: 'types', command: ['tsc', '--noEmit'] },
  { name: 'types of the inspector', command: ['tsc', '--noEmit', '-p', 'src/ui/inspector/webview'] },
  { name: 'lint', command: ['eslint', '--max-warnings', '0', '.'] },
  { name: 'borders', command: ['node', 'test/tools/borders.mjs'] },
  { name: 'unused code', command: ['knip', '--no-progress'] },
  { name: 'format', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
  { name: 'bundles', command: ['node', 'esbuild.mjs'] },
  { name: 'what is shipped', command: ['node', 'release/check.mjs', '--offline'] },
];
const suites = [
  { name: 'core', command: ['mocha', '--config', 'test/core/.mocharc.json', 'test/core/**/*.test.ts'] },
  { name: 'lab', command: ['mocha', '--config', 'test/lab/.mocharc.json', 'test/lab/**/*.test.ts'], slow: true },
  { name: 'editor', command: ['mocha', '--config', 'test/editor/.mocharc.json', 'test/editor/*.test.ts'], slow: true },
];
// real clusters are nobody's to assume
const clusters = ['DB_FERRY_KUBECONFIG_A', 'DB_FERRY_KUBECONFIG_B'];
if (clusters.every((name) => process.env[name])) {
  suites.push({
    name: 'cluster',
    command: ['mocha', '--config', 'test/cluster/.mocharc.json', 'test/cluster/*.test.ts'],
    slow: true,
  });
} else {
  console.log(`Real clusters are left out: ${clusters.join(' and ')} do not name them.`);
}
if (process.env.DB_FERRY_S3) {
  suites.push({
    name: 'stores',
    command: ['mocha', '--config', 'test/stores/.mocharc.json', 'test/stores/*.test.ts'],
    slow: true,
  });
} else {
  console.log('Real S3 servers are left out: DB_FERRY_S3 does not name them.');
}

const quick = process.argv[2] === 'check';
if (!quick) lookFor(['npm test']);
await install();
const sum = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const leftOut = [];

for (const gate of gates) {
  const { code } = await run(gate);
  if (code === 0) sum.passed += 1;
  else sum.failed += 1;
}
for (const suite of suites.filter(({ slow }) => !(quick && slow))) {
  const { code, output } = await run(suite);
  if (code !== 0)
    failures.push(
      `── ${suite.name}\n${output
        .split(/^ +\d+ failing$/m)
        .at(-1)
        .slice(-5000)}`,
    );
  // two spaces: a suite that runs another one passes its count on, further in; colours would stand between
  const count = (word) => Number(new RegExp(`^ {2}(\\d+) ${word}`, 'm').exec(output)?.[1] ?? 0);
  sum.passed += count('passing');
  sum.skipped += count('pending');
  leftOut.push(...(output.match(/^ *left out, without .*$/gm) ?? []));
  // a suite that died without counting is a failure, and so is one in which nothing ran
  sum.failed += count('failing') || (code === 0 && count('passing') > 0 ? 0 : 1);
}
// once more at the end, since a log is often seen from there
console.log(failures.join('\n'));
if (leftOut.length > 0) console.log(`\nWhat this machine cannot run:\n${leftOut.join('\n')}`);
console.log(`\n${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''}`);
process.exit(sum.failed === 0 ? 0 : 1);

function run({ name, command: [program, ...args] }) {
  console.log(`\n── ${name}`);
  const started = Date.now();
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...environment(), NO_COLOR: '1', FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      process.stdout.write(chunk);
    });
    child.on('error', (error) => resolve({ code: 1, output: String(error) }));
    child.on('close', (code) => {
      console.log(
        `── ${name}: ${code === 0 ? 'good' : 'FAILED'} after ${((Date.now() - started) / 1000).toFixed(0)} s`,
      );
      resolve({ code, output });
    });
  });
}
