// Makes the module that digests rows of its source, `npm run wasm`. The tests hold what is shipped against it.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import wabt from 'wabt';

const folder = new URL('../../src/core/postgres/archive/digest/', import.meta.url);

/** The module as base64. */
export async function buildKernel() {
  const { parseWat } = await wabt();
  const parsed = parseWat('rowKernel.wat', await readFile(new URL('rowKernel.wat', folder), 'utf8'), { simd: true });
  try {
    parsed.validate();
    return Buffer.from(parsed.toBinary({}).buffer).toString('base64');
  } finally {
    parsed.destroy();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lines = (await buildKernel()).match(/.{1,112}/g).map((line) => `  '${line}',`);
  const text = `// Made of rowKernel.wat by \`npm run wasm\`.\nexport const rowKernel = [\n${lines.join('\n')}\n].join('');\n`;
  await writeFile(new URL('rowKernel.ts', folder), text);
}
