import { build } from 'esbuild';

// The CLI bundle has no `vscode` external: an import of it from the core ends the build. That is the boundary gate.
await build({
  entryPoints: ['src/cli.ts'],
  outfile: 'dist/cli.js',
  bundle: true,
  minify: true,
  keepNames: true,
  sourcemap: true,
  sourcesContent: false,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  legalComments: 'none',
  banner: {
    js: '#!/usr/bin/env node\nimport { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
  // only its kubeconfig half is used; the package's index would bring every API class along (3 MB)
  alias: { '@kubernetes/client-node': '@kubernetes/client-node/dist/config.js' },
  logLevel: 'warning',
});
