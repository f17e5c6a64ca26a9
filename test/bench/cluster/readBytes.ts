// Reads what a command in a pod prints, and drops it: the transport alone.
// readBytes.ts <kubeconfig> <namespace/pod/container> <argv…>
import { kubeExec } from '../../cluster/kubeExec';

const [file = '', where = '', ...argv] = process.argv.slice(2);
const end = await (await kubeExec(file, where)).read(argv, () => undefined);
if (end.exitCode !== 0) throw new Error(end.stderr);
