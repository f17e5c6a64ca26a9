export type Protection = 'protected' | 'partly' | 'none';

/** Which places are protected, by the patterns of the setting: `cluster/project`, `*` stands for any text. */
export class ProtectedPlaces {
  constructor(private readonly patterns: () => readonly string[]) {}

  isProtected(cluster: string, namespace: string): boolean {
    return this.patterns().some((pattern) => matches(pattern, `${cluster}/${namespace}`));
  }

  ofCluster(cluster: string): Protection {
    const own = this.patterns();
    if (own.includes(wholeCluster(cluster))) return 'protected';
    return own.some((pattern) => matches(pattern.split('/')[0] ?? '', cluster)) ? 'partly' : 'none';
  }
}

/** The pattern that protects all of a cluster. */
export function wholeCluster(cluster: string): string {
  return `${cluster}/*`;
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}
