import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';

export interface KubeconfigEntry {
  readonly contextName: string;
  readonly url: string;
  readonly caPem: string;
  readonly token: string;
  readonly namespace?: string;
  readonly user?: string;
}

/** Writes a kubeconfig with one context for each entry. */
export async function writeKubeconfig(file: string, entries: readonly KubeconfigEntry[]): Promise<void> {
  const named = (entry: KubeconfigEntry): string => `${entry.user ?? 'user'}@${entry.contextName}`;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: entries.map((entry) => ({
      name: entry.contextName,
      cluster: { server: entry.url, 'certificate-authority-data': Buffer.from(entry.caPem).toString('base64') },
    })),
    users: entries.map((entry) => ({ name: named(entry), user: { token: entry.token } })),
    contexts: entries.map((entry) => ({
      name: entry.contextName,
      context: {
        cluster: entry.contextName,
        user: named(entry),
        ...(entry.namespace ? { namespace: entry.namespace } : {}),
      },
    })),
    'current-context': entries[0]?.contextName ?? '',
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
}
