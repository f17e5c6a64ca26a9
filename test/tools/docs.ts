// `npm run docs`: writes what is made from the sources, docs/reference.md, docs/events.md, the table of docs/rights.md, the messages of the editor and the picture of the floors in docs/architecture.md.
import { readFile, writeFile } from 'node:fs/promises';
import { bundle, bundleFile, germanFile, translation } from './messages';
import { events, eventsFile } from './events';
import { rightsFile, withRights } from './rights';
import { reference, referenceFile } from './reference';

await writeFile(referenceFile, reference());
await writeFile(eventsFile, events());
await writeFile(rightsFile, withRights(await readFile(rightsFile, 'utf8')));
await writeFile(bundleFile, bundle());
await writeFile(germanFile, translation(await readFile(germanFile, 'utf8')));
process.argv.push('--write');
await import('./borders.mjs');
