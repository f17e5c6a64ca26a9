import path from 'node:path';
import type { Command } from '../command';

/** The process of a job; started by the others, not by people. */
export const runJobCommand: Command = {
  name: 'run-job',
  summary: 'do what the request in a job folder says',
  examples: ['db-ferry run-job ~/.local/state/db-ferry/roots/<root>/jobs/<id>'],
  operands: [{ name: 'folder', takes: ['folder'] }],
  options: [],
  hidden: true,
  async run({ operands: [folder = ''] }) {
    const { takeHandedOver } = await import('../../core/encrypt/ownIdentities');
    await takeHandedOver(process.stdin);
    const { runJob } = await import('../../core/job/run/runJob');
    const { describeJob } = await import('../describeJob');
    const { AuditSink } = await import('../../core/job/record/auditSink');
    const { NotifySink } = await import('../../core/fleet/notify/notifySink');
    const { notifyWords } = await import('../notifyWords');
    const { requestMessages } = await import('../requestMessages');
    const told = new NotifySink(notifyWords, undefined, requestMessages);
    return runJob(path.resolve(folder), describeJob, { sinks: [new AuditSink(), told] });
  },
};
