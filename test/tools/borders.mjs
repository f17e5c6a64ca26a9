// Holds the floors over all of `src` (floors.mjs), and the picture of them in docs/architecture.md.
//   node test/tools/borders.mjs          what breaks a rule, or a picture that is not what the sources are, ends with 1
//   node test/tools/borders.mjs --write  writes the picture
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exceptions, floors, roomOf, rules } from './floors.mjs';
import { root } from './setup.mjs';

process.chdir(root);
const page = join(root, 'docs', 'architecture.md');
const [begin, end] = ['<!-- floors: made by `npm run docs` -->', '<!-- end of floors -->'];

const { output } = await cruise(
  ['src'],
  {
    ruleSet: { forbidden: rules() },
    validate: true,
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'types', 'default'] },
  },
  {},
  { tsConfig: extractTSConfig('tsconfig.json') },
);
const faults = output.summary.violations.map(
  ({ rule, from, to, cycle }) =>
    `${rule.name}: ${[from, ...(cycle ? cycle.map(({ name }) => name) : [to])].join(' → ')}`,
);

const text = readFileSync(page, 'utf8');
const drawn = `${begin}\n\n${picture(edgesOf(output.modules))}\n${end}`;
const at = text.indexOf(begin);
const now = at < 0 ? '' : text.slice(at, text.indexOf(end) + end.length);
if (process.argv.includes('--write')) {
  if (at < 0) throw new Error(`docs/architecture.md has no "${begin}"`);
  writeFileSync(
    page,
    text.replace(now, () => drawn),
  );
} else if (now !== drawn)
  faults.push('docs/architecture.md: the picture of the floors is not what the sources are. `npm run docs` draws it.');

for (const fault of faults) console.error(fault);
const count = output.modules.filter(({ source }) => source.startsWith('src/')).length;
if (faults.length === 0) console.log(`${count} files keep to ${floors.length} floors, without a cycle.`);
process.exitCode = faults.length === 0 ? 0 : 1;

/** Which room imports from which. */
function edgesOf(modules) {
  const edges = new Map();
  for (const { source, dependencies } of modules) {
    const from = roomOf(source);
    if (from === undefined) continue;
    if (!edges.has(from)) edges.set(from, new Set());
    for (const { resolved } of dependencies) {
      const to = roomOf(resolved);
      if (to !== undefined && to !== from && level(to) < level(from)) edges.get(from).add(to);
    }
  }
  return edges;
}

/** A flow chart: floors as boxes, top to bottom, arrows to what a room rests on, without those that others imply. */
function picture(edges) {
  const id = (room) => room.replace(/\W/g, '_');
  const there = floors.map((rooms) => rooms.filter((room) => edges.has(room))).filter((rooms) => rooms.length > 0);
  const reaches = (from, to, seen = new Set()) =>
    [...(edges.get(from) ?? [])].some((one) => {
      if (one === to) return true;
      if (seen.has(one)) return false;
      seen.add(one);
      return reaches(one, to, seen);
    });
  const arrows = there.flat().flatMap((from) => {
    const own = [...edges.get(from)];
    return own
      .filter((to) => !own.some((other) => other !== to && reaches(other, to)))
      .map((to) => `  ${id(from)} --> ${id(to)}`);
  });
  return [
    '```mermaid',
    'flowchart TB',
    ...[...there].reverse().flatMap((rooms) => rooms.map((room) => `  ${id(room)}["${room}"]`)),
    ...arrows.sort(),
    '```',
    '',
    'Floors, top to bottom; each rests on those below it alone:',
    '',
    ...[...there].reverse().map((rooms) => `    ${rooms.join('   ')}`),
    '',
    'Allowed all the same:',
    '',
    ...exceptions.map(({ from, to, why }) => `- \`${plain(from)}\` → \`${plain(to)}\`: ${why}.`),
    '',
  ].join('\n');
}

function level(room) {
  return floors.findIndex((rooms) => rooms.includes(room));
}

function plain(pattern) {
  return pattern.replace(/^\^|\$$/g, '').replaceAll('\\', '');
}
