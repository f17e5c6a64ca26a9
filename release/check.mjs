// Looks at what would be shipped: `npm run release:check`. With `--offline` no registry is asked. Ends with 1 where something is wrong.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { allowedLicences } from './bundled.mjs';
import { noticesFile, sbomFile } from './describe.mjs';
import { digestFile } from './digest.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What is in the .vsix, and nothing else: a file that nobody meant to ship is a finding. */
export const shipped = [
  /^(?:package|package\.nls|package\.nls\.de)\.json$/,
  /^(?:README|CHANGELOG|SECURITY)\.md$/,
  /^l10n\/bundle\.l10n(?:\.de)?\.json$/,
  /^LICENSE$/,
  /^dist\/(?:cli\.js|inspector\.js|[\w-]+\.cjs|THIRD-PARTY-NOTICES\.txt|sbom\.cdx\.json)$/,
  /^media\/[\w./-]+\.(?:svg|png|css)$/,
  /^media\/masking\.(?:language|schema|tmLanguage)\.json$/,
  /^docs\/[\w./-]+\.(?:md|svg|png|yaml)$/,
  /^deploy\/(?:rbac|governance|policies|runner|fleet|steward)\/[\w-]+\.yaml$/,
  /^deploy\/fleet\/[\w-]+\.json$/,
  /^deploy\/runner\/Containerfile$/,
];

/** What is wrong with the bundles' notices and bill of materials, as sentences. `read` gives a file's text, by its path in the package. */
export function faultsOf(files, read) {
  const faults = files
    .filter((file) => !shipped.some((form) => form.test(file)))
    .map((file) => `${file}: nobody means to ship it.`);
  for (const needed of ['LICENSE', 'SECURITY.md', `dist/${noticesFile}`, `dist/${sbomFile}`]) {
    if (!files.includes(needed)) faults.push(`${needed} is missing.`);
  }
  if (!files.includes(`dist/${noticesFile}`) || !files.includes(`dist/${sbomFile}`)) return faults;
  const notices = read(`dist/${noticesFile}`);
  let sbom;
  try {
    sbom = JSON.parse(read(`dist/${sbomFile}`));
  } catch {
    return [...faults, `${sbomFile} is no JSON.`];
  }
  faults.push(...faultsOfSbom(sbom), ...sbom.components.flatMap((component) => faultsOfNotice(component, notices)));
  for (const file of files.filter((one) => /\.(?:cjs|js)$/.test(one))) {
    const map = /^\/\/# sourceMappingURL=(\S+)/m.exec(read(file))?.[1];
    if (map !== undefined) faults.push(`${file} names ${map}, which is not shipped.`);
  }
  return faults;
}

function faultsOfSbom(sbom) {
  const faults = [];
  const wrong = (what) => faults.push(`${sbomFile}: ${what}`);
  if (sbom.bomFormat !== 'CycloneDX' || sbom.specVersion !== '1.6') wrong('it is not CycloneDX 1.6.');
  if (!/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(sbom.serialNumber ?? ''))
    wrong('it has no serial number.');
  sbom.components ??= [];
  if (sbom.components.length === 0) wrong('it lists no component.');
  const refs = new Set([sbom.metadata?.component?.['bom-ref'], ...sbom.components.map((one) => one['bom-ref'])]);
  if (refs.size !== sbom.components.length + 1) wrong('a component stands in it twice, or has no name.');
  for (const one of sbom.components) {
    if (!one.name || !one.version || !one.purl?.startsWith('pkg:npm/')) wrong(`${one.name} has no version or purl.`);
    if (!one.hashes?.some(({ alg, content }) => alg === 'SHA-512' && /^[0-9a-f]{128}$/.test(content)))
      wrong(`${one.purl} has no digest.`);
  }
  for (const { ref, dependsOn = [] } of sbom.dependencies ?? []) {
    for (const each of [ref, ...dependsOn]) if (!refs.has(each)) wrong(`${each} is needed and not listed.`);
  }
  // what nothing needs would be here by mistake, and what is not reached was left out of the graph
  const needs = new Map((sbom.dependencies ?? []).map(({ ref, dependsOn }) => [ref, dependsOn ?? []]));
  const reached = new Set();
  const reach = (ref) => {
    if (reached.has(ref)) return;
    reached.add(ref);
    for (const each of needs.get(ref) ?? []) reach(each);
  };
  reach(sbom.metadata?.component?.['bom-ref']);
  for (const ref of refs) if (!reached.has(ref)) wrong(`nothing needs ${ref}.`);
  return faults;
}

function faultsOfNotice({ group, name, version, licenses = [] }, notices) {
  const full = group === undefined ? name : `${group}/${name}`;
  const licence = licenses[0]?.license?.id ?? licenses[0]?.expression ?? '';
  const faults = [];
  const terms = licence.split(/ (?:OR|AND) /).map((term) => term.replace(/[()]/g, ''));
  const isAllowed = licence.includes(' AND ') ? terms.every(isKnown) : terms.some(isKnown);
  if (!isAllowed)
    faults.push(`${full} ${version} is under "${licence}", which is not on the list of licences that may be shipped.`);
  const block = notices.split(/\n-{70,}\n/).find((one) => one.split('\n').includes(`${full} ${version} (${licence})`));
  if (block === undefined) faults.push(`${full} ${version} is not in the notices.`);
  else if (!/copyright|licen[cs]e/i.test(block.split('\n\n').slice(1).join('\n\n')) || block.length < 500) {
    faults.push(`${full} ${version} has no text of its licence in the notices.`);
  }
  return faults;
}

function isKnown(term) {
  return allowedLicences.includes(term);
}

/** The advisories of a registry against what is bundled; undefined: it did not answer. */
async function audit() {
  const run = promisify(execFile);
  const args = ['audit', '--omit=dev', '--json'];
  const { stdout } = await run('npm', args, { cwd: root, maxBuffer: 1 << 26 }).catch((error) => error);
  try {
    const { metadata, vulnerabilities } = JSON.parse(stdout);
    return metadata === undefined ? undefined : Object.values(vulnerabilities);
  } catch {
    return undefined;
  }
}

async function main() {
  const { stdout } = await promisify(execFile)('vsce', ['ls', '--no-dependencies'], { cwd: root });
  const files = stdout.split('\n').filter((file) => file !== '');
  const faults = faultsOf(files, (file) => readFileSync(join(root, file), 'utf8'));
  if (!process.argv.includes('--offline')) {
    const found = await audit();
    if (found === undefined) console.log('npm audit: no registry here answers it.');
    for (const { name, severity, range } of found ?? []) faults.push(`npm audit: ${name} ${range}: ${severity}.`);
    const digest = digestFile(root);
    if (digest.fault) faults.push(digest.fault);
    else console.log(digest.line);
  }
  for (const fault of faults) console.error(fault);
  if (faults.length === 0) console.log(`${files.length} files, as they are meant to be shipped.`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
