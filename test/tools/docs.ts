// `npm run docs`: writes what is made from the sources, docs/reference.md and the picture of the floors in docs/architecture.md.
import { writeFile } from 'node:fs/promises';
import { events, eventsFile } from './events';
import { reference, referenceFile } from './reference';

await writeFile(referenceFile, reference());
await writeFile(eventsFile, events());
process.argv.push('--write');
await import('./borders.mjs');
