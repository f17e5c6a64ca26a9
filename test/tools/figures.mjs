// Prints the size of the sources: `node test/tools/figures.mjs [folder]`. Lines, files over 400 lines, the largest folder, how long functions are.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const root = process.argv[2] ?? 'src';
const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
  .map((entry) => ({ folder: entry.parentPath, file: join(entry.parentPath, entry.name) }));
const folders = new Map();
const lengths = [];
let lines = 0;
const long = [];
for (const { folder, file } of files) {
  const text = readFileSync(file, 'utf8');
  const own = text.split('\n').length - 1;
  lines += own;
  if (own > 400) long.push(`${file} ${own}`);
  folders.set(folder, (folders.get(folder) ?? 0) + 1);
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const visit = (node) => {
    // what stands in one line is an expression more than a function
    if (ts.isFunctionLike(node) && 'body' in node && node.body && ts.isBlock(node.body)) {
      const at = (position) => source.getLineAndCharacterOfPosition(position).line;
      lengths.push(at(node.end) - at(node.getStart(source)) + 1);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}
lengths.sort((a, b) => a - b);
const part = (share) => lengths[Math.floor((lengths.length - 1) * share)];
const largest = [...folders].sort((a, b) => b[1] - a[1]);
console.log(`lines                    ${lines} in ${files.length} files`);
console.log(`files over 400 lines     ${long.length}${long.length > 0 ? `: ${long.join(', ')}` : ''}`);
console.log(`largest folder           ${largest[0]?.join(' ')} (over 15: ${largest.filter(([, n]) => n > 15).length})`);
console.log(
  `functions                ${lengths.length}, median ${part(0.5)}, p90 ${part(0.9)}, longest ${part(1)} lines`,
);
