import { constants } from 'node:os';

/** The last frame of a session on channel 3, in the words of Kubernetes 1.35 with containerd. */
export function exitStatus(
  isV5: boolean,
  argv: readonly string[],
  code: number | null,
  signal: NodeJS.Signals | null,
): unknown {
  const exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
  if (exitCode === 0) return success;
  const why = isV5
    ? `command terminated with exit code ${exitCode}`
    : `error executing command [${argv.join(' ')}], exit code ${exitCode}`;
  return {
    ...{ metadata: {}, status: 'Failure', message: `command terminated with non-zero exit code: ${why}` },
    ...{ reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] } },
  };
}

export const success = { metadata: {}, status: 'Success' };

/** The program could not be started: the upgrade had succeeded by then. */
export function startFailure(isV5: boolean, argv: readonly string[], error: unknown): unknown {
  const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  const why =
    argv.length === 0
      ? 'args must not be empty'
      : `exec failed: unable to start container process: exec: "${argv[0] ?? ''}": ` +
        (isMissing ? 'executable file not found in $PATH' : String(error));
  const cause = `error executing command in container: failed to exec in container: OCI runtime exec failed: ${why}: unknown`;
  const inner = isV5 ? `Internal error occurred: ${cause}` : cause;
  return {
    ...{ metadata: {}, status: 'Failure', message: `Internal error occurred: ${inner}`, reason: 'InternalError' },
    ...{ details: { causes: [{ message: inner }] }, code: 500 },
  };
}
