import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { WebSocket } from 'ws';
import type { LabPod } from '../labPod';
import { afterRest, FaultCounter, type SessionFault } from './execFault';
import { exitStatus, startFailure, success } from './execStatus';
import type { Processes } from './processes';
import { resetSocket } from './resetSocket';

/** Bytes that wait for the client at most; beyond, the process's output is not read. */
const maxBuffered = 1 << 20;
/** The buffer of the real servers' copy loops: no frame is larger. */
const maxFrame = 32 << 10;

export interface ExecRequest {
  readonly pod: LabPod;
  readonly container: string;
  readonly argv: readonly string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly fault: SessionFault;
}

/**
 * One `pods/exec` over a WebSocket, as containerd's streams behave: channels 0 to 3, the status after both outputs have
 * drained, then close 1000 and the end of the connection, whatever the client has still sent. When the client goes,
 * stdin ends and the process stays, its output unread.
 */
export function serveExec(ws: WebSocket, socket: TLSSocket, request: ExecRequest, processes: Processes): void {
  ws.on('error', () => undefined);
  const isV5 = ws.protocol.startsWith('v5');
  // real servers open with an empty frame
  ws.send(Buffer.from([1]));
  let child: ChildProcess;
  try {
    if (request.argv.length === 0) throw new Error('args must not be empty');
    child = request.pod.start(request.container, request.argv);
  } catch (error) {
    // a runtime takes its time to say so, and kubectl loses what comes before it has made its streams
    setTimeout(() => finish(ws, socket, startFailure(isV5, request.argv, error)), 100);
    return;
  }
  processes.add(request.pod, child);
  new ExecSession(ws, socket, request, child, isV5).run();
}

class ExecSession {
  /** the fault has struck: nothing more is sent */
  private isOver = false;
  private readonly resting = new Set<Readable>();
  /** the process is gone: what is to be said when nothing rests any more */
  private end: (() => void) | undefined;
  private readonly outputs: Readable[] = [];
  private readonly sent: FaultCounter;
  private readonly received: FaultCounter;

  constructor(
    private readonly ws: WebSocket,
    private readonly socket: TLSSocket,
    private readonly request: ExecRequest,
    private readonly child: ChildProcess,
    private readonly isV5: boolean,
  ) {
    this.sent = new FaultCounter(request.fault, 'stdout');
    this.received = new FaultCounter(request.fault, 'stdin');
  }

  run(): void {
    const { ws, child, request } = this;
    const { stdin } = child;
    stdin?.on('error', () => undefined);
    if (child.stdout) this.forward(child.stdout, 1, request.stdout);
    if (child.stderr) this.forward(child.stderr, 2, request.stderr);
    if (request.stdin) ws.on('message', (message: Buffer) => this.take(message));
    else stdin?.end();
    // the WebSocket of a v5 session ends in the API server, which answers; v4 goes through to the node
    ws.on('ping', (data: Buffer) => {
      if (!this.isOver || this.isV5) ws.pong(data);
    });
    let failed = false;
    child.on('error', (error) => {
      failed = true;
      if (!this.isOver) finish(ws, this.socket, startFailure(this.isV5, request.argv, error));
    });
    child.on('close', (code, signal) => {
      this.end = () => {
        if (!this.isOver && !failed) finish(ws, this.socket, exitStatus(this.isV5, request.argv, code, signal));
      };
      if (this.resting.size === 0) this.end();
    });
    const gone = (): void => {
      stdin?.end();
      for (const output of this.outputs) output.pause();
    };
    ws.on('close', gone);
    this.socket.on('close', gone);
    if (this.sent.strikesAtOnce() || this.received.strikesAtOnce()) this.strike();
  }

  private forward(output: Readable, channel: 1 | 2, isAsked: boolean): void {
    if (!isAsked) return void output.resume();
    this.outputs.push(output);
    output.on('data', (data: Buffer) => {
      if (this.isOver || this.ws.readyState !== this.ws.OPEN) return void output.pause();
      // Node lets the outputs of a process that has ended flow
      if (this.resting.has(output)) return output.pause().unshift(data);
      const { pass, strikes, restMs } =
        channel === 1 ? this.sent.count(data.length) : { pass: data.length, strikes: false };
      const send = (): void => {
        for (let at = 0; at < pass; at += maxFrame)
          this.sendFrame(channel, data.subarray(at, Math.min(pass, at + maxFrame)));
      };
      if (restMs !== undefined) return this.rest(output, restMs, send);
      send();
      if (strikes) return this.strike();
      if (this.ws.bufferedAmount >= maxBuffered) for (const one of this.outputs) one.pause();
    });
  }

  private sendFrame(channel: number, bytes: Buffer): void {
    const frame = Buffer.allocUnsafe(bytes.length + 1);
    frame[0] = channel;
    bytes.copy(frame, 1);
    this.ws.send(frame, () => this.resume());
  }

  private resume(): void {
    if (this.isOver || this.ws.readyState !== this.ws.OPEN || this.ws.bufferedAmount >= maxBuffered) return;
    for (const output of this.outputs) if (!this.resting.has(output)) output.resume();
  }

  /** What is slow comes after its time, not before: a short answer may be all that there is. */
  private rest(output: Readable, restMs: () => number, send: () => void): void {
    this.resting.add(output);
    output.pause();
    afterRest(restMs, () => {
      this.resting.delete(output);
      if (!this.isOver && this.ws.readyState === this.ws.OPEN) send();
      this.resume();
      if (this.resting.size === 0) this.end?.();
    });
  }

  private take(message: Buffer): void {
    const { ws } = this;
    const { stdin } = this.child;
    if (message[0] === 255 && this.isV5) return void stdin?.end();
    if (this.isOver || message[0] !== 0 || message.length < 2 || !stdin?.writable) return;
    const { pass, strikes, restMs } = this.received.count(message.length - 1);
    // while the process does not read, nothing is read from the socket either: no ping is answered
    if (pass > 0 && !stdin.write(message.subarray(1, 1 + pass))) {
      ws.pause();
      stdin.once('drain', () => this.isOver || ws.resume());
    }
    if (strikes) return this.strike();
    if (restMs === undefined) return;
    ws.pause();
    afterRest(restMs, () => this.isOver || stdin.writableNeedDrain || ws.resume());
  }

  private strike(): void {
    const { ws, request } = this;
    const { fault } = request.fault;
    this.isOver = true;
    for (const output of this.outputs) output.pause();
    // sent after what was let through: its callback comes when that is in the kernel's hands
    const flushed = (then: () => void): void => ws.send(Buffer.from([1]), () => setTimeout(then, 10));
    switch (fault?.kind) {
      case 'cut':
        return flushed(() => resetSocket(this.socket));
      case 'success':
        return finish(ws, this.socket, success);
      case 'silent':
        return close(ws, this.socket);
      default:
        // stalled on stdin: the server does not read on
        if (fault?.on === 'stdin') ws.pause();
    }
  }
}

function finish(ws: WebSocket, socket: TLSSocket, status: unknown): void {
  if (ws.readyState !== ws.OPEN) return;
  ws.send(Buffer.concat([Buffer.from([3]), Buffer.from(JSON.stringify(status))]));
  close(ws, socket);
}

/**
 * Close 1000 and then, without waiting for the client's answer, the end of the connection once all is written. What the
 * client has sent meanwhile meets a closed socket, and its kernel may answer with a reset: as on real servers.
 */
function close(ws: WebSocket, socket: TLSSocket): void {
  ws.close(1000);
  socket.destroySoon();
}
