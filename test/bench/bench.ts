// `npm run bench`: figures as ratios in one run, medians. On the embedded clusters, or on two real ones: with `--cluster` against kubectl, with `--load`
// beside an application, with `--large` 52 GiB of one. `--mask`: masking alone; `--catalog`: a catalog of 10,000 backups; `--fleet`: a status of three clusters; `--costs`: processor
// seconds, part by part; `--protection`: what encryption and masking cost a backup; `--bucket 20`: so many GB into a bucket.
import { execa } from 'execa';
import { fileURLToPath } from 'node:url';

await execa(process.execPath, [fileURLToPath(new URL('../../esbuild.mjs', import.meta.url))], { stdio: 'inherit' });
const kinds = {
  '--mask': './mask',
  '--costs': './costs/costs',
  '--protection': './costs/protection',
  '--bucket': './bucket',
  '--catalog': './catalog',
  '--fleet': './fleet',
  '--protection-page': './protection',
  '--large': './cluster/large',
  '--load': './cluster/load',
  '--cluster': './cluster/figures',
};
const asked = Object.entries(kinds).find(([flag]) => process.argv.includes(flag));
await import(asked?.[1] ?? './lab');
