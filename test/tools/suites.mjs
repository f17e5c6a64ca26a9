// Runs every gate and suite, those side by side that share nothing, and closes with the sum over all of them.
//   node test/tools/suites.mjs          everything: what `npm test` does
//   node test/tools/suites.mjs check    without the lab: what one runs while writing
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { lookFor } from './needs.mjs';
import { install, environment, root } from './setup.mjs';

/** What takes longest, the longest first. */
const longest = [
  ...['restore/goOn', 'restore/confined', 'restore/ownDatabase', 'pod/endProcesses', 'restore/restore'].map(inCore),
  ...['restore/prepare', 'restore/swap', 'restore/parts', 'restore/textFits', 'restore/undo'].map(inCore),
  ...['postgres/archive/memory', 'exec/wrapper', 'restore/streams', 'import/importInto'].map(inCore),
  ...['hostile/hostile', 'faults/streams', 'faults/prepared', 'faults/inPlace', 'mainJob', 'inPlace/broken'].map(inLab),
  ...['clean', 'encrypted', 'faults/kills', 'inPlace/refuses', 'inPlace/replaces', 'inPlace/commit'].map(inLab),
];

/** A gate counts as one check; a mocha suite counts its tests. What stands in one list runs one after the other, and the lists side by side. */
const gates = [
  [
    { name: 'lint', command: ['eslint', '--max-warnings', '0', '.'] },
    { name: 'unused code', command: ['knip', '--no-progress'] },
  ],
  [
    { name: 'types', command: ['tsc', '--noEmit'] },
    { name: 'types of the inspector', command: ['tsc', '--noEmit', '-p', 'src/ui/inspector/webview'] },
    { name: 'borders', command: ['node', 'test/tools/borders.mjs'] },
    { name: 'format', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
    { name: 'bundles', command: ['node', 'esbuild.mjs'] },
    { name: 'what is shipped', command: ['node', 'release/check.mjs', '--offline'] },
  ],
];
const core = { name: 'core', command: mocha('core', specsOf('core')) };
const lab = { name: 'lab', command: mocha('lab', specsOf('lab')) };
// one after the other: a window that is driven has to keep up
const alone = [{ name: 'editor', command: mocha('editor', ['test/editor/*.test.ts']) }];
// real clusters are nobody's to assume
const clusters = ['DB_FERRY_KUBECONFIG_A', 'DB_FERRY_KUBECONFIG_B'];
if (clusters.every((name) => process.env[name])) {
  alone.push({ name: 'cluster', command: mocha('cluster', ['test/cluster/*.test.ts']) });
} else {
  console.log(`Real clusters are left out: ${clusters.join(' and ')} do not name them.`);
}
if (process.env.DB_FERRY_S3) {
  alone.push({ name: 'stores', command: mocha('stores', ['test/stores/*.test.ts']) });
} else {
  console.log('Real S3 servers are left out: DB_FERRY_S3 does not name them.');
}

const quick = process.argv[2] === 'check';
if (!quick) lookFor(['npm test']);
await install();
const sum = { passed: 0, failed: 0, skipped: 0 };
const failures = [];
const leftOut = [];

await Promise.all(
  gates.map(async (list) => {
    for (const gate of list) {
      const { code } = await run(gate, { told: 'at its end' });
      if (code === 0) sum.passed += 1;
      else sum.failed += 1;
    }
  }),
);
await test(core);
if (!quick) {
  await test(lab);
  for (const suite of alone) await test(suite);
}
// once more at the end, since a log is often seen from there
console.log(failures.join('\n'));
if (leftOut.length > 0) console.log(`\nWhat this machine cannot run:\n${leftOut.join('\n')}`);
console.log(`\n${sum.passed} passed, ${sum.failed} failed${sum.skipped > 0 ? `, ${sum.skipped} skipped` : ''}`);
process.exit(sum.failed === 0 ? 0 : 1);

function inCore(name) {
  return `core/${name}`;
}

function inLab(name) {
  return `lab/${name}`;
}

async function test(suite) {
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

function mocha(suite, specs) {
  return ['mocha', '--config', `test/${suite}/.mocharc.json`, ...specs];
}

/** The specs of a suite that runs several at once: those that take longest first, or the last of them would run alone. */
function specsOf(suite) {
  const all = readdirSync(join(root, 'test', suite), { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => ['test', suite, ...name.split(sep)].join('/'))
    .sort();
  const first = longest.map((name) => `test/${name}.test.ts`).filter((name) => all.includes(name));
  return [...new Set([...first, ...all])];
}

function run({ name, command: [program, ...args] }, { told } = { told: 'at once' }) {
  const isTold = told === 'at once';
  if (isTold) console.log(`\n── ${name}`);
  const started = Date.now();
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      // the bundles are made: two suites at once would make them under each other's feet
      env: { ...environment(), NO_COLOR: '1', FORCE_COLOR: '0', DB_FERRY_BUNDLED: '1' },
      stdio: ['ignore', 'pipe', isTold ? 'inherit' : 'pipe'],
    });
    let output = '';
    let said = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      if (isTold) process.stdout.write(chunk);
      else said += chunk;
    });
    child.stderr?.on('data', (chunk) => (said += chunk));
    child.on('error', (error) => resolve({ code: 1, output: String(error) }));
    child.on('close', (code) => {
      if (!isTold) console.log(`\n── ${name}\n${said}`.trimEnd());
      console.log(
        `── ${name}: ${code === 0 ? 'good' : 'FAILED'} after ${((Date.now() - started) / 1000).toFixed(0)} s`,
      );
      resolve({ code, output });
    });
  });
}
