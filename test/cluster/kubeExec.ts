import { connect } from '../../src/core/cluster/connect';
import { readClusters } from '../../src/core/cluster/readClusters';
import type { ExecProtocol } from '../../src/core/exec/execSocket';
import { kubePodExec } from '../../src/core/exec/kubePodExec';
import type { PodExec } from '../../src/core/exec/podExec';

/** The core's way into `namespace/pod/container` of the first cluster in a kubeconfig; with one protocol offered, or as it chooses itself. */
export async function kubeExec(kubeconfig: string, place: string, protocol?: ExecProtocol): Promise<PodExec> {
  const [cluster] = (await readClusters({ env: { KUBECONFIG: kubeconfig } })).clusters;
  if (!cluster) throw new Error(`no cluster in ${kubeconfig}`);
  const [namespace = '', pod = '', container = ''] = place.split('/');
  return kubePodExec(connect(cluster), { namespace, pod, container }, protocol ? { protocols: [protocol] } : {});
}
