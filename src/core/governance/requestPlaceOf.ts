import type { KubeClient } from '../cluster/kubeClient';
import { ClusterRequests, keepsRequests } from './clusterRequests';
import type { RequestPlace } from './requestPlace';
import { RootRequests } from './rootRequests';

/** Where requests for a target are kept: its cluster where that knows them, else the root. `who`: who asks, as far as this side knows. */
export async function requestPlaceOf(
  target: { readonly client: KubeClient; readonly namespace: string } | undefined,
  root: string,
  who: string,
): Promise<RequestPlace> {
  if (target !== undefined && (await keepsRequests(target.client)))
    return new ClusterRequests(target.client, target.namespace);
  return new RootRequests(root, who);
}
