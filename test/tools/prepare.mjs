// `npm link` puts `db-ferry` on PATH, from a clone in which nothing was installed or built yet: this does both first. What else runs `prepare` wants neither.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

if (process.env.npm_command === 'link') {
  const setup = fileURLToPath(new URL('setup.mjs', import.meta.url));
  // npm's own settings are for its own run
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(?!config_cache)/i.test(name)));
  const { status } = spawnSync(process.execPath, [setup, 'node', 'esbuild.mjs'], { stdio: 'inherit', env });
  process.exitCode = status ?? 1;
}
