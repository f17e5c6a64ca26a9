/** Where the core writes what a person may want to read later. Never a secret, never row data. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
}

/** For callers that keep no log. */
export const noLog: Log = { info: () => undefined, warn: () => undefined };
