// `npm run bench`: figures as ratios in one run, medians. On the embedded clusters, or with `--cluster` on two real ones, with `--large` 52 GiB of one.
import { execa } from 'execa';
import { fileURLToPath } from 'node:url';

await execa(process.execPath, [fileURLToPath(new URL('../../esbuild.mjs', import.meta.url))], { stdio: 'inherit' });
const asked = (flag: string): boolean => process.argv.includes(flag);
await import(asked('--large') ? './cluster/large' : asked('--cluster') ? './cluster/figures' : './lab');
