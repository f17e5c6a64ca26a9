// Writes the SHA-256 of the packaged extension beside it, as `sha256sum -c` reads it.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The digest of the package in `folder`, as the file beside it says it: `line`, or what is wrong with it: `fault`. */
export function digestFile(folder) {
  const name = nameIn(folder);
  if (!existsSync(join(folder, name))) return { fault: `${name} is not there: npm run package makes it.` };
  const line = lineOf(folder, name);
  const file = join(folder, `${name}.sha256`);
  if (!existsSync(file)) return { fault: `${name}.sha256 is not there: npm run package writes it.` };
  return readFileSync(file, 'utf8') === `${line}\n` ? { line } : { fault: `${name}.sha256 is of another file.` };
}

function nameIn(folder) {
  const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return `${name}-${version}.vsix`;
}

function lineOf(folder, name) {
  return `${createHash('sha256')
    .update(readFileSync(join(folder, name)))
    .digest('hex')}  ${name}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const name = nameIn(root);
  const line = lineOf(root, name);
  writeFileSync(join(root, `${name}.sha256`), `${line}\n`);
  console.log(line);
}
