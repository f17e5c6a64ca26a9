// `npm run bench`: figures as ratios in one run, medians. On the embedded clusters, or with `--cluster` on two real ones.
import { execa } from 'execa';
import { fileURLToPath } from 'node:url';

await execa(process.execPath, [fileURLToPath(new URL('../../esbuild.mjs', import.meta.url))], { stdio: 'inherit' });
await import(process.argv.includes('--cluster') ? './cluster/figures' : './lab');
