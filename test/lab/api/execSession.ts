import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { ExecFault, LabPod } from '../labPod';

/** Frames wait here at most: then the child's pipes are no longer read. */
const maxBuffered = 1 << 20;

export interface ExecRequest {
  readonly pod: LabPod;
  readonly container: string;
  readonly argv: readonly string[];
  readonly fault: ExecFault | undefined;
}

/**
 * One `pods/exec` over a WebSocket, as containerd's streams behave: channels 0 to 3, the status after both outputs have
 * drained, then close 1000. When the client goes, stdin ends and the process stays, its output unread.
 */
export function serveExec(ws: WebSocket, request: ExecRequest, children: Set<ChildProcess>): void {
  const { pod, container, argv, fault } = request;
  let child: ChildProcess;
  try {
    child = pod.start(container, argv);
  } catch (error) {
    finish(
      ws,
      failure('InternalError', `Internal error occurred: error executing command in container: ${String(error)}`),
    );
    return;
  }
  children.add(child);
  child.stdin?.on('error', () => undefined);
  const faulty = new Faulty(ws, child, fault);
  forward(ws, child, 1, faulty);
  forward(ws, child, 2, faulty);
  acceptStdin(ws, child, faulty);
  child.on('error', (error) => {
    children.delete(child);
    finish(
      ws,
      failure('InternalError', `Internal error occurred: error executing command in container: ${error.message}`),
    );
  });
  child.on('close', (code, signal) => {
    children.delete(child);
    if (!faulty.over) finish(ws, exitStatus(code ?? 128 + signalNumber(signal)));
  });
  ws.on('close', () => {
    child.stdin?.end();
    child.stdout?.pause();
    child.stderr?.pause();
  });
  ws.on('error', () => undefined);
}

function forward(ws: WebSocket, child: ChildProcess, channel: 1 | 2, faulty: Faulty): void {
  const output = channel === 1 ? child.stdout : child.stderr;
  if (!output) return;
  output.on('data', (data: Buffer) => {
    const allowed = channel === 1 ? faulty.stdout(data) : faulty.over ? undefined : data;
    if (allowed === undefined || ws.readyState !== ws.OPEN) return void output.pause();
    const frame = Buffer.allocUnsafe(allowed.length + 1);
    frame[0] = channel;
    allowed.copy(frame, 1);
    ws.send(frame, () => {
      if (!faulty.over && ws.readyState === ws.OPEN && ws.bufferedAmount < maxBuffered && !faulty.waiting)
        output.resume();
    });
    if (ws.bufferedAmount >= maxBuffered) output.pause();
    faulty.after(output);
  });
}

function acceptStdin(ws: WebSocket, child: ChildProcess, faulty: Faulty): void {
  ws.on('message', (message: Buffer) => {
    if (message[0] === 255) return void child.stdin?.end();
    if (message[0] !== 0 || message.length < 2 || !child.stdin?.writable) return;
    if (!faulty.stdin(message.length - 1)) return;
    // as the real server: while the process does not read, nothing else is read either, no ping is answered
    if (!child.stdin.write(message.subarray(1))) {
      ws.pause();
      child.stdin.once('drain', () => ws.resume());
    }
  });
}

/** Counts bytes and lets the fault happen where it is due. */
class Faulty {
  over = false;
  waiting = false;
  private sent = 0;
  private received = 0;

  constructor(
    private readonly ws: WebSocket,
    private readonly child: ChildProcess,
    private readonly fault: ExecFault | undefined,
  ) {
    if (fault?.on !== 'stdin' && fault?.afterBytes === 0 && fault.kind !== 'slow') setImmediate(() => this.strike());
  }

  /** What may still be sent of these bytes; undefined: nothing any more. */
  stdout(data: Buffer): Buffer | undefined {
    if (this.over) return undefined;
    const { fault } = this;
    if (!fault || fault.on === 'stdin' || fault.kind === 'slow' || this.sent + data.length < (fault.afterBytes ?? 0)) {
      this.sent += data.length;
      return data;
    }
    const part = data.subarray(0, Math.max(0, (fault.afterBytes ?? 0) - this.sent));
    this.sent += part.length;
    setImmediate(() => this.strike());
    this.over = true;
    return part;
  }

  /** False when stdin is no longer taken. */
  stdin(bytes: number): boolean {
    if (this.over) return false;
    this.received += bytes;
    if (this.fault?.on === 'stdin' && this.received >= (this.fault.afterBytes ?? 0)) {
      this.strike();
      return false;
    }
    return true;
  }

  /** Slow: the next read waits for as long as these bytes should have taken. */
  after(output: NodeJS.ReadableStream): void {
    if (this.fault?.kind !== 'slow' || this.waiting) return;
    this.waiting = true;
    output.pause();
    const rate = this.fault.bytesPerSecond ?? 1 << 20;
    setTimeout(
      () => {
        this.waiting = false;
        output.resume();
      },
      (65536 / rate) * 1000,
    );
  }

  private strike(): void {
    this.over = true;
    this.child.stdout?.pause();
    this.child.stderr?.pause();
    switch (this.fault?.kind) {
      case 'cut':
        return reset(this.ws);
      case 'success':
        return finish(this.ws, exitStatus(0));
      case 'silent':
        return this.ws.close(1000);
      default:
        return;
    }
  }
}

/** A TCP reset, as a lost node or proxy makes it: TLS itself cannot do it, the socket below can. */
function reset(ws: WebSocket): void {
  const { _socket: socket } = ws as unknown as { _socket: Socket & { _parent?: Socket } };
  if (socket._parent) socket._parent.resetAndDestroy();
  socket.destroy();
}

function finish(ws: WebSocket, status: unknown): void {
  if (ws.readyState !== ws.OPEN) return;
  ws.send(Buffer.concat([Buffer.from([3]), Buffer.from(JSON.stringify(status))]));
  ws.close(1000);
}

function exitStatus(code: number): unknown {
  if (code === 0) return { metadata: {}, status: 'Success' };
  return {
    ...failure('NonZeroExitCode', `command terminated with non-zero exit code: exit status ${code}`),
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}

function failure(reason: string, message: string): Record<string, unknown> {
  return { metadata: {}, status: 'Failure', reason, message, ...(reason === 'InternalError' ? { code: 500 } : {}) };
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal === 'SIGKILL' ? 9 : signal === 'SIGTERM' ? 15 : 1;
}
