/** What is looked at of a store. */
export interface StoreCheckData {
  /** it answers, and its login may list: milliseconds */
  reach: { readonly ms: number };
  /** it did not do what was tried: why, as `store.failed` has it */
  failed: {
    readonly tried: 'reach' | 'write' | 'read' | 'delete' | 'parts';
    readonly reason: string;
    readonly code: string;
  };
  /** how far its clock is from ours, seconds; ahead of ours: above 0 */
  clock: { readonly seconds: number };
  /** how it is reached; until when its certificate is good */
  way: { readonly encrypted: boolean; readonly until?: string };
  write: Record<string, never>;
  read: Record<string, never>;
  /** `kept`: what is written there cannot be deleted, so that it was not tried */
  delete: { readonly kept: boolean };
  /** something that is there is not written over, where that is asked for */
  conditions: { readonly honoured: boolean };
  versions: { readonly kept: boolean };
  /** how long it keeps each object by itself, days; `mode` as the store calls it. `able` undefined: this login does not see it */
  locks: { readonly able?: boolean; readonly mode?: string; readonly days?: number };
  /** how objects are encrypted where they lie; undefined: it does not say */
  rest: { readonly how?: string };
  /** the shortest time after which it deletes what lies there by itself, days */
  expires: { readonly days: number };
  /** what was begun and not ended: parts of objects, backups without a manifest; when the oldest was begun */
  unfinished: { readonly parts: number; readonly backups: number; readonly oldest?: string; readonly removed: number };
  /** bytes */
  room: { readonly free: number; readonly reserve: number };
  /** others may write there */
  shared: Record<string, never>;
}

/** One of them. `bad`: backups will fail, or are not what they seem; `warn`: should be known; `ok`. */
export type StoreCheck = {
  [What in keyof StoreCheckData]: {
    readonly what: What;
    readonly level: 'ok' | 'warn' | 'bad';
    readonly data: StoreCheckData[What];
  };
}[keyof StoreCheckData];
