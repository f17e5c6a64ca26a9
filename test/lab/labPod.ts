import type { ChildProcess } from 'node:child_process';
import type { Kept } from './api/kept';

/** A pod of the lab: what the API server says of it, and how a command runs "in" it. */
export interface LabPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly owners: readonly { readonly kind: string; readonly name: string; readonly apiVersion: string }[];
  readonly containers: readonly {
    readonly name: string;
    readonly image: string;
    readonly env: readonly {
      readonly name: string;
      readonly value?: string;
      readonly secret?: { name: string; key: string };
    }[];
    readonly ports: readonly { readonly name?: string; readonly containerPort: number }[];
  }[];
  /** its IP address; default one that nobody has */
  readonly address?: string;
  readonly phase: 'Running' | 'Pending' | 'Succeeded' | 'Failed';
  readonly ready: boolean;
  /** Starts `argv` in the container's environment, leading its own process group, stdio all pipes. Throws when the program is missing. */
  start(container: string, argv: readonly string[]): ChildProcess;
}

/** A cluster of the lab, as the embedded API server serves it. Pods may be added and removed while it runs. */
export interface LabClusterState {
  readonly name: string;
  readonly openshift: boolean;
  readonly namespaces: string[];
  readonly pods: LabPod[];
  /** users by bearer token */
  readonly users: Map<string, LabUser>;
  readonly faults: LabFaults;
  /** what clients made; undefined: they make nothing */
  readonly kept?: Kept;
}

export interface LabUser {
  readonly name: string;
  /** undefined: may do everything; else `verb resource[/sub] [namespace]`, e.g. `get pods/exec demo` */
  readonly allow?: readonly string[];
  expired?: boolean;
}

/** Faults on demand; each applies to the next matching exec session or request and is then used up, unless `sticky`. */
export interface LabFaults {
  exec: ExecFault[];
  http: HttpFault[];
  /** subprotocols the server accepts */
  protocols: ('v4.channel.k8s.io' | 'v5.channel.k8s.io')[];
}

export interface ExecFault {
  /** cut: RST; success: `Status: Success` and close 1000 without the rest; silent: close 1000 without status; stall: no more bytes, socket stays open; slow: bytes per second; refuse: HTTP status with body */
  readonly kind: 'cut' | 'success' | 'silent' | 'stall' | 'slow' | 'refuse';
  /** a substring of the joined argv; any exec when absent */
  readonly match?: string;
  /** after so many bytes of stdout (or of stdin, with `on: 'stdin'`) */
  readonly afterBytes?: number;
  readonly on?: 'stdout' | 'stdin';
  readonly bytesPerSecond?: number;
  readonly status?: number;
  readonly body?: string;
  readonly contentType?: string;
  readonly sticky?: boolean;
}

export interface HttpFault {
  readonly pathMatch: string;
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly delayMs?: number;
  readonly sticky?: boolean;
}
