import type { KubeconfigProblem } from '../core/cluster/cluster';
import { safe } from '../words/format';
import { kubeconfigWords } from '../words/kubeconfigWords';
import type { Terminal } from './terminal';

/** Tells of the kubeconfig files that cannot be used, beside what the others reach: an event and a line for each. */
export function tellKubeconfigProblems(terminal: Terminal, problems: readonly KubeconfigProblem[]): void {
  for (const problem of problems) {
    terminal.event({ type: 'problem', ...problem });
    terminal.error(safe(`${problem.file}: ${kubeconfigWords(problem)}`));
  }
}
