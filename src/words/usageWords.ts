import type { Hints } from './hints';
import { shown, type Data } from './shown';

/** Why options do not go together, in a sentence; undefined for a rule that is not known here. */
export function ruleWords(data: Data, hints: Hints): string | undefined {
  const words = typeof data['rule'] === 'string' ? rules[data['rule']] : undefined;
  return words?.(data, hints);
}

const rules: Readonly<Record<string, (data: Data, hints: Hints) => string>> = {
  'acceptMissing.replace': (_, { option }) =>
    `${option('acceptMissing')} needs ${option('replace')}: a new database is put in place with the list of what is missing.`,
  'inPlace.replace': (_, { option }) =>
    `${option('inPlace')} needs ${option('replace')}: it restores into a database that exists.`,
  'inPlace.gentle': (_, { option }) =>
    `${option('inPlace')} does not go with ${option('gentle')}: others wait for its locks until it is done.`,
  'inPlace.roles': (_, { option }) =>
    `${option('inPlace')} makes and maps no roles. Make them before, or leave owners (${option('noOwner')}) and grants (${option('noPrivileges')}) out.`,
  'inPlace.goOn': (_, { option }) =>
    `${option('inPlace')} does not go with ${option('goOn')}: it is one transaction, which one error ends.`,
  'mapRoles.chain': (data, { option }) =>
    `${option('mapRoles')} ${shown(data, 'from')}=${shown(data, 'to')}: "${shown(data, 'to')}" is mapped itself.`,
  'mask.count': (_, { option }) =>
    `${option('count')} does not go with ${option('mask')}: masked tables may have fewer rows than their source.`,
  'gentle.range': (_, { option }) => `${option('gentle')} takes megabytes a second, 1 to 10000.`,
  'streams.range': (_, { option }) => `${option('streams')} takes 1 to 4.`,
  'compress.form': (_, { option }) => `${option('compress')} takes auto, zstd:1 to zstd:22, gzip:1 to gzip:9, or none.`,
  'compress.zstd': (data) => `The pod's pg_dump does not know zstd (asked: ${shown(data, 'compress')}).`,
  'forget.job': (_, { option }) => `${option('forget')} wants the id of a job.`,
  'clean.living': (data, hints) =>
    `Job ${shown(data, 'job')} is running. To end it, which cleans up as well: ${hints.cancel(String(data['job']))}.`,
};
