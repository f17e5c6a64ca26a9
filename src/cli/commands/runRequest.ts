import path from 'node:path';
import type { Command } from '../command';

/** The process of a job in a pod; started by Kubernetes, not by people. */
export const runRequestCommand: Command = {
  name: 'run-request',
  summary: 'do what the request in a file says, as the pod of a Job',
  examples: ['db-ferry run-request /request/request.json'],
  operands: [{ name: 'file', takes: ['file'] }],
  options: [],
  hidden: true,
  async run({ operands: [file = ''], terminal }) {
    const { runInPod } = await import('../../core/job/runner/kubernetes/runInPod');
    const { describeJob } = await import('../describeJob');
    return runInPod({ file: path.resolve(file), describe: describeJob, print: (line) => terminal.print(line) });
  },
};
