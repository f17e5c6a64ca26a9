import type { FromPage, ToPage } from '../messages';

/** What stays when the page is hidden and made anew. */
export interface PageState {
  readonly tab: string;
  readonly filter: string;
  /** by tab: the column, and whether it goes down */
  readonly sort: Readonly<Record<string, readonly [string, boolean]>>;
  readonly scroll: number;
}

declare function acquireVsCodeApi(): {
  postMessage(message: FromPage): void;
  getState(): unknown;
  setState(state: PageState): void;
};

const api = acquireVsCodeApi();

export function ask(type: FromPage['type']): void {
  api.postMessage({ type });
}

export function listen(hear: (message: ToPage) => void): void {
  window.addEventListener('message', (event: MessageEvent<ToPage>) => hear(event.data));
}

export function recall(): PageState {
  const kept = api.getState() as Partial<PageState> | undefined;
  return { tab: 'tables', filter: '', sort: {}, scroll: 0, ...kept };
}

export function remember(change: Partial<PageState>): void {
  api.setState({ ...recall(), ...change });
}
