import type { Cluster } from '../cluster/cluster';

export type Protection = 'protected' | 'partly' | 'none';

/** What a cluster can be meant by. The server's address stays when the names for it change. */
export type ClusterNames = Pick<Cluster, 'alias' | 'server' | 'contexts'>;

/**
 * Which places are protected, by their patterns: `cluster/project`, `*` stands for any text. The cluster is
 * its alias, one of its contexts, or its server's host, with the port or without.
 */
export class ProtectedPlaces {
  #compiled: readonly Pattern[] = [];

  constructor(private readonly patterns: () => readonly string[]) {}

  isProtected(cluster: ClusterNames, namespace: string): boolean {
    return this.entryFor(cluster, namespace) !== undefined;
  }

  /** The entry that protects a project; undefined where none does. */
  entryFor(cluster: ClusterNames, namespace: string): string | undefined {
    return this.#matching(placesOf(cluster, namespace))[0];
  }

  ofCluster(cluster: ClusterNames): Protection {
    const { whole, parts } = this.entriesOf(cluster);
    if (whole.length > 0) return 'protected';
    return parts.length > 0 ? 'partly' : 'none';
  }

  /** The entries that protect a cluster: all of it, or projects of it. `own`: those of the whole that mean no other cluster. */
  entriesOf(cluster: ClusterNames): {
    readonly own: readonly string[];
    readonly whole: readonly string[];
    readonly parts: readonly string[];
  } {
    const names = namesOf(cluster);
    const whole = this.#matching(placesOf(cluster, anyProject));
    const own = whole.filter((text) => names.some((name) => text === `${name}/*`));
    const parts = this.#now()
      .filter(({ text, cluster: named }) => !whole.includes(text) && names.some((name) => named.test(name)))
      .map(({ text }) => text);
    return { own, whole, parts };
  }

  #matching(places: readonly string[]): string[] {
    return this.#now()
      .filter(({ place: meant }) => places.some((place) => meant.test(place)))
      .map(({ text }) => text);
  }

  /** The patterns as they are now; compiled anew only where they changed, since rows ask by the thousand. */
  #now(): readonly Pattern[] {
    const texts = this.patterns();
    const isSame = texts.length === this.#compiled.length && this.#compiled.every(({ text }, at) => text === texts[at]);
    if (!isSame) this.#compiled = texts.map(compiled);
    return this.#compiled;
  }
}

interface Pattern {
  readonly text: string;
  readonly place: RegExp;
  readonly cluster: RegExp;
}

/** The pattern that protects all of a cluster, whatever it is called here. */
export function wholeCluster({ server }: ClusterNames): string {
  return `${new URL(server).host}/*`;
}

function namesOf({ alias, server, contexts }: ClusterNames): string[] {
  const address = URL.canParse(server) ? [new URL(server).host, new URL(server).hostname] : [];
  return [...new Set([alias, ...contexts.map(({ name }) => name), ...address])];
}

function placesOf(cluster: ClusterNames, namespace: string): string[] {
  return namesOf(cluster).map((name) => `${name}/${namespace}`);
}

/** No project is called so: a pattern that fits it fits all of them. */
const anyProject = '\0';

function compiled(text: string): Pattern {
  // names of contexts hold slashes, those of projects none
  const end = text.lastIndexOf('/');
  return { text, place: matcher(text), cluster: matcher(end === -1 ? text : text.slice(0, end)) };
}

function matcher(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}
