// Writes what goes along with the bundles: the licences of others that are in them, and a bill of materials for machines.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundledPackages } from './bundled.mjs';

export const noticesFile = 'THIRD-PARTY-NOTICES.txt';
export const sbomFile = 'sbom.cdx.json';

/** Describes the bundles that esbuild's `metafiles` are of, in `folder`. */
export async function describeBundles(metafiles, folder, root = process.cwd()) {
  const packages = bundledPackages(metafiles, root);
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  writeFileSync(join(folder, noticesFile), noticesOf(packages));
  writeFileSync(join(folder, sbomFile), `${JSON.stringify(sbomOf(packages, own, lock), null, 2)}\n`);
}

/** The licences in full: a text that several packages share stands once, below their names. */
export function noticesOf(packages) {
  const shared = new Map();
  for (const one of packages) shared.set(one.text, [...(shared.get(one.text) ?? []), one]);
  const blocks = [...shared].map(([text, those]) => {
    const names = those.map(({ name, version, licence }) => `${name} ${version} (${licence})`);
    return `${names.join('\n')}\n\n${text}\n`;
  });
  const line = `\n${'-'.repeat(78)}\n\n`;
  return `DB Ferry holds parts of these packages. Each is under the licence that stands below its name.\n${line}${blocks.join(line)}`;
}

/** CycloneDX 1.6; the same bundles give the same bytes. */
export function sbomOf(packages, own, lock) {
  const ref = ({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const main = { name: own.name, version: own.version };
  const components = packages.map((one) => ({
    type: 'library',
    'bom-ref': ref(one),
    ...groupOf(one.name),
    version: one.version,
    purl: ref(one),
    scope: 'required',
    licenses: [/ (OR|AND|WITH) /.test(one.licence) ? { expression: one.licence } : { license: { id: one.licence } }],
    ...hashesOf(lock.packages[one.place]),
  }));
  const dependencies = [
    { ref: ref(main), dependsOn: packages.filter(({ isDirect }) => isDirect).map(ref) },
    ...packages.map((one) => ({ ref: ref(one), dependsOn: [...new Set(one.needs.map(ref))].sort() })),
  ];
  const body = {
    metadata: {
      component: {
        type: 'application',
        'bom-ref': ref(main),
        ...main,
        purl: ref(main),
        licenses: [{ license: { id: own.license } }],
      },
    },
    components,
    dependencies,
  };
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(body))}`,
    version: 1,
    ...body,
  };
}

function groupOf(name) {
  const [group, rest] = name.startsWith('@') ? name.split('/') : [undefined, name];
  return group === undefined ? { name: rest } : { group, name: rest };
}

/** Of the package as the registry gave it. */
function hashesOf(locked) {
  const [algorithm, value] = (locked?.integrity ?? '').split(/-(.*)/s);
  if (algorithm !== 'sha512' || value === undefined) return {};
  return { hashes: [{ alg: 'SHA-512', content: Buffer.from(value, 'base64').toString('hex') }] };
}

/** A UUID (version 8) made of the contents. */
function uuidOf(text) {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x80;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
