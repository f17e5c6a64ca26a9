import * as esbuild from 'esbuild';
import { chmod, rm, symlink } from 'node:fs/promises';
import { describeBundles } from './release/describe.mjs';

/** What every bundle was made of. */
const metafiles = [];
async function build(options) {
  const { metafile } = await esbuild.build({ ...options, metafile: true });
  metafiles.push(metafile);
}

const common = {
  bundle: true,
  minify: true,
  keepNames: true,
  // the maps are not shipped; `--maps` is for who debugs
  sourcemap: process.argv.includes('--maps') ? 'linked' : 'external',
  sourcesContent: false,
  platform: 'node',
  target: 'node22',
  legalComments: 'none',
  // only its kubeconfig half is used; the package's index would bring every API class along (3 MB)
  alias: { '@kubernetes/client-node': '@kubernetes/client-node/dist/config.js' },
  logLevel: 'warning',
};

// CommonJS: what is imported with `import()` stays in the file and is not run before it is needed. The packages are files beside it, read only
// then: compiling them would take most of an activation's time.
const packages = {
  '@kubernetes/client-node': "export { KubeConfig } from '@kubernetes/client-node'",
  'age-encryption': "export * from 'age-encryption'",
  execa: "export { execa } from 'execa'",
  // CommonJS: its default is all of it
  ws: "module.exports = require('ws')",
  // what src/core/store/s3 uses of it
  '@aws-sdk/client-s3': `export { S3Client, ${[
    ...[
      'AbortMultipartUpload',
      'CompleteMultipartUpload',
      'CreateMultipartUpload',
      'DeleteObject',
      ...['GetBucketEncryption', 'GetBucketLifecycleConfiguration', 'GetBucketVersioning'],
    ],
    ...['GetObject', 'GetObjectLegalHold', 'GetObjectLockConfiguration', 'GetObjectRetention', 'HeadObject'],
    ...['ListMultipartUploads', 'ListObjectsV2', 'ListObjectVersions', 'PutObject', 'UploadPart'],
  ]
    .map((name) => `${name}Command`)
    .join(', ')} } from '@aws-sdk/client-s3'`,
};
const fileOf = (name) => `${name.split('/').at(-1)}.cjs`;
const beside = (names) => ({
  name: 'packages beside',
  setup: ({ onResolve }) =>
    names.forEach((name) =>
      onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path: `./${fileOf(name)}`, external: true })),
    ),
});

// The CLI bundle has no `vscode` external: an import of it from the core ends the build. That is the boundary gate.
await build({
  ...common,
  entryPoints: ['src/cli.ts'],
  outfile: 'dist/db-ferry.cjs',
  format: 'cjs',
  plugins: [beside(['@aws-sdk/client-s3'])],
});
// what is started is a file that any Node can read: with newer syntax in it this fails
await build({ entryPoints: ['src/launcher.cjs'], outfile: 'dist/cli.js', target: 'es5', logLevel: 'warning' });
await chmod('dist/cli.js', 0o755);
// found by `npx db-ferry` without asking a registry, and run by the Node beside it
const link = 'node_modules/.bin/db-ferry';
await rm(link, { force: true });
await symlink('../../dist/cli.js', link);

await build({
  ...common,
  alias: {},
  entryPoints: ['src/extension.ts'],
  outfile: 'dist/extension.cjs',
  format: 'cjs',
  external: ['vscode'],
  plugins: [beside(Object.keys(packages))],
});
for (const [name, contents] of Object.entries(packages)) {
  const stdin = { contents, resolveDir: import.meta.dirname };
  await build({ ...common, stdin, outfile: `dist/${fileOf(name)}`, format: 'cjs' });
}

// the thread that reads archives for the editor
await build({
  ...common,
  entryPoints: ['src/ui/inspector/inspectWorker.ts'],
  outfile: 'dist/inspectWorker.cjs',
  format: 'cjs',
});

// the page of the archive inspector: a browser's script
await build({
  ...common,
  entryPoints: ['src/ui/inspector/webview/main.ts'],
  outfile: 'dist/inspector.js',
  platform: 'browser',
  target: 'es2022',
  format: 'iife',
});

// what is shipped of others: their licences, and a list of them for machines
await describeBundles(metafiles, 'dist');
