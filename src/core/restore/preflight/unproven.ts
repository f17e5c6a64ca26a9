import type { Finding } from '../../base/finding';
import type { RestoreOrigin } from './origin';

/**
 * What our role could make of an archive and does not, since it is a superuser and nobody vouches for the words. `untrusted`: extensions that only a superuser may create.
 * Pure.
 */
export function aboutUnproven({ needs, extensions }: RestoreOrigin, untrusted: readonly string[]): Finding[] {
  const objects = [
    ...extensions.filter((name) => untrusted.includes(name)).map((name) => `EXTENSION ${name}`),
    ...(needs ? [...needs.bySuperuser, ...needs.functionsBySuperuser] : []),
  ];
  if (objects.length === 0) return [];
  const data = { objects: objects.slice(0, mostNames), count: objects.length };
  return [{ level: 'block', code: 'archive.superuser', data }];
}

const mostNames = 20;
