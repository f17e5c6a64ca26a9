// The packages of others in the bundles, as esbuild's metafiles have them.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Their licences may be these; any other one asks a person first. */
export const allowedLicences = [
  'MIT',
  'MIT-0',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Python-2.0',
  'BlueOak-1.0.0',
];

/**
 * Each package once, sorted by name and version: `{ name, version, licence, text, isDirect, needs, place }`. `text` is what it asks to go along (its licence
 * and notice files), '' where it has none; `needs` are those that its files import, `isDirect` says that ours do.
 */
export function bundledPackages(metafiles, root = process.cwd()) {
  const byPlace = new Map();
  const at = (place) => {
    if (!byPlace.has(place)) byPlace.set(place, { ...describe(join(root, place)), isDirect: false, needs: [], place });
    return byPlace.get(place);
  };
  for (const [input, { imports }] of metafiles.flatMap(({ inputs }) => Object.entries(inputs))) {
    const from = placeOf(input);
    const one = from === undefined ? undefined : at(from);
    for (const to of imports.map(({ path }) => placeOf(path))) {
      if (to === undefined || to === from) continue;
      if (!one) at(to).isDirect = true;
      else if (!one.needs.includes(at(to))) one.needs.push(at(to));
    }
  }
  return [...byPlace.values()].sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1));
}

/** `node_modules/a/node_modules/@b/c/lib/x.js` lies in `node_modules/a/node_modules/@b/c`. */
function placeOf(input) {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
}

function describe(folder) {
  const own = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const text = textIn(folder) || textOfSiblings(folder, own);
  return { name: own.name, version: own.version, licence: licenceOf(own), text };
}

function licenceOf({ license, licenses }) {
  return (
    (typeof license === 'string' ? license : (license?.type ?? licenses?.map(({ type }) => type).join(' OR '))) ?? ''
  );
}

function textIn(folder) {
  const files = readdirSync(folder).filter(
    (file) => /^(licen[cs]e|copying|notice)([.-].*)?$/i.test(file) && !/\.(js|ts|json)$/.test(file),
  );
  return files
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').trim())
    .join('\n\n');
}

/** Of a package that comes without: the text that another one of the same scope, repository and licence brings along. */
function textOfSiblings(folder, own) {
  if (!own.name.startsWith('@') || own.repository?.url === undefined) return '';
  const scope = dirname(folder);
  for (const sibling of readdirSync(scope).sort()) {
    const other = JSON.parse(readFileSync(join(scope, sibling, 'package.json'), 'utf8'));
    if (other.repository?.url !== own.repository.url || licenceOf(other) !== licenceOf(own)) continue;
    const text = textIn(join(scope, sibling));
    if (text !== '') return text;
  }
  return '';
}
