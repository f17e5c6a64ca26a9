import type * as vscode from 'vscode';
import { isRequestName } from '../../core/governance/operationRequest';
import type { RequestAddress } from '../../model/requests';

/** Opens the page of the request that a link names. A link is from anywhere: it shows, and never does anything by itself. */
export function requestLinks(open: (address: RequestAddress) => Promise<void>): vscode.UriHandler {
  return {
    async handleUri({ path, query }) {
      const address = addressOfLink(path, query);
      if (address !== undefined) await open(address);
    },
  };
}

/** The request that a link names; undefined for one that names none. Pure. */
export function addressOfLink(path: string, query: string): RequestAddress | undefined {
  if (path !== '/request') return undefined;
  const asked = new URLSearchParams(query);
  const [name, cluster, namespace] = ['name', 'cluster', 'namespace'].map((key) => asked.get(key) ?? '');
  if (name === undefined || !isRequestName(name)) return undefined;
  if (cluster === '' && namespace === '') return { name };
  if (!isPart(cluster) || !isPart(namespace)) return undefined;
  return { name, cluster, namespace };
}

function isPart(text: string | undefined): text is string {
  return text !== undefined && text !== '' && text.length <= 253 && !text.includes('/');
}
