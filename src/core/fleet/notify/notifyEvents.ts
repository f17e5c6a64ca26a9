/** What people are told of a request. */
export const requestEvents = [
  ...(['planned', 'asked', 'emergency', 'decided', 'approved', 'denied', 'withdrawn'] as const),
  ...(['reminder', 'escalated', 'timedOut', 'expired', 'review', 'overdue', 'reviewed'] as const),
] as const;

export type RequestEvent = (typeof requestEvents)[number];

/** What people are told of. Those of a job are named by how it ended, and by nothing else. */
export const notifyEvents = [
  ...['started', 'status', 'done', 'differences', 'prepared', 'failed', 'refused', 'unknown', 'cancelled'],
  ...requestEvents,
  ...['digest', 'heartbeat', 'test'],
] as const;

export type NotifyEvent = (typeof notifyEvents)[number];

/** What a message says, each a text as it is shown: never markup. */
export interface MessageFacts {
  readonly event: NotifyEvent;
  /** what it is about, in a line: `Restore shop of 2026-11-23 into shop on pg16-0` */
  readonly title: string;
  readonly job?: string;
  readonly place?: string;
  readonly by?: string;
  readonly reason?: string;
  readonly approval?: string;
  /** one sentence on how it stands or ended */
  readonly outcome?: string;
  /** where it is, of one that runs */
  readonly progress?: string;
  readonly lines?: readonly string[];
  /** how the report is read */
  readonly report?: string;
  readonly contacts?: readonly string[];
  /** the name of a request, where it is about one */
  readonly request?: string;
  /** how it is looked at: on the command line, in the editor, in a browser */
  readonly command?: string;
  readonly editor?: string;
  readonly browser?: string;
  /** an anchor of the audit trail */
  readonly anchor?: string;
  /** UTC ISO 8601 */
  readonly time: string;
}

/** A message, ready for any channel. */
export interface Message {
  readonly facts: MessageFacts;
  /** one line; its first word says how it is, made from the event and never from a template */
  readonly subject: string;
  /** plain text */
  readonly body: string;
  /** what stands on what leads to it */
  readonly links: MessageWords['links'];
}

/** What stands around the facts of a message: the core has no words. */
export interface MessageWords {
  /** how it is, as the first word of a subject; success is said of one event alone */
  readonly events: Readonly<Record<NotifyEvent, string>>;
  /** mustache without logic: the bodies, where nobody wrote templates of their own */
  readonly templates: Readonly<Record<NotifyEvent, string>>;
  readonly links: { readonly browser: string; readonly editor: string };
}
