// Reads what a command in a pod prints, and drops it: the transport alone.
// readBytes.ts <kubeconfig> <namespace/pod/container> <argv…>
import { connect } from '../../../src/core/cluster/connect';
import { readClusters } from '../../../src/core/cluster/readClusters';
import { kubePodExec } from '../../../src/core/exec/kubePodExec';

const [file = '', where = '', ...argv] = process.argv.slice(2);
const { clusters } = await readClusters({ env: { KUBECONFIG: file } });
const [cluster] = clusters;
if (!cluster) throw new Error(`no cluster in ${file}`);
const [namespace = '', pod = '', container = ''] = where.split('/');
const end = await kubePodExec(connect(cluster), { namespace, pod, container }).read(argv, () => undefined);
if (end.exitCode !== 0) throw new Error(end.stderr);
