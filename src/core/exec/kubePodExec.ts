import { randomBytes } from 'node:crypto';
import type { KubeClient } from '../cluster/kubeClient';
import { openExec, type ExecClient } from './openExec';
import { ExecSession } from './execSession';
import type { ExecProtocol } from './execSocket';
import type { ExecOptions, ExecPlace, PodExec, ProcessEnd, Sink } from './podExec';
import { feedCommand, readCommand } from './wrapper';

export interface TransportOptions {
  /** a NUL on stderr this often, so that no hop sees an idle connection; whole seconds, default 20 */
  readonly heartbeatSeconds?: number;
  /** nothing heard for this long, while not paused: `exec.stalled`; default 45, which is two heartbeats */
  readonly stallSeconds?: number;
  /** in the order they are tried; default v4, then v5 (a v5 server can call a cut stream a success) */
  readonly protocols?: readonly ExecProtocol[];
}

/** Runs commands in `place` over WebSockets, each in a connection of its own. */
export function kubePodExec(
  client: Pick<KubeClient, 'upgrade' | 'cluster'>,
  place: ExecPlace,
  options: TransportOptions = {},
): PodExec {
  const { heartbeatSeconds = 20, stallSeconds = 45 } = options;
  const connections: ExecClient = {
    client,
    place,
    protocols: options.protocols ?? ['v4.channel.k8s.io', 'v5.channel.k8s.io'],
  };

  async function run(
    nonce: string,
    argv: readonly string[],
    sink: Sink,
    execOptions: ExecOptions,
    use: (session: ExecSession) => Promise<ProcessEnd>,
  ): Promise<ProcessEnd> {
    const session = new ExecSession(nonce, sink, {
      stallSeconds,
      ...(execOptions.onStderrLine ? { onStderrLine: execOptions.onStderrLine } : {}),
    });
    session.start(await openExec(connections, argv, session, execOptions.signal), execOptions.signal);
    return use(session);
  }

  return {
    place,
    async read(argv, sink, execOptions = {}) {
      const nonce = newNonce();
      const command = readCommand(nonce, heartbeatSeconds, argv);
      return run(nonce, command, sink, execOptions, (session) => session.read());
    },
    async feed(argv, source, length, execOptions = {}) {
      // an error of the source while nobody reads it yet must not be an uncaught one
      const early = (): void => undefined;
      source.on('error', early);
      try {
        const nonce = newNonce();
        const command = feedCommand(nonce, heartbeatSeconds, length, argv);
        return await run(nonce, command, execOptions.sink ?? drop, execOptions, (session) =>
          session.feed(source, length),
        );
      } finally {
        source.destroy();
      }
    },
  };
}

const drop: Sink = () => undefined;

function newNonce(): string {
  return randomBytes(16).toString('hex');
}
