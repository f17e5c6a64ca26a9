import type { KubeObject } from './objects';
import { Refusal } from './status';
import { keyOf, type Store } from './store';

interface ContinueToken {
  readonly v: string;
  readonly rv: number;
  readonly start: string;
}

/** A part of a list by `limit` and `continue`. Every page bears the revision of the first, to watch from there. */
export function page(
  store: Store,
  items: readonly KubeObject[],
  url: URL,
): { items: readonly KubeObject[]; metadata: Record<string, unknown> } {
  const limit = Number(url.searchParams.get('limit') ?? 0);
  const text = url.searchParams.get('continue') ?? '';
  const token = text === '' ? undefined : readToken(text);
  if (token && store.isForgotten(token.rv)) throw expired();
  const revision = token?.rv ?? store.revision;
  const first = token ? items.findIndex((item) => keyOf(item) > token.start) : 0;
  const rest = first < 0 ? [] : items.slice(first);
  const here = limit > 0 ? rest.slice(0, limit) : rest;
  const last = here.at(-1);
  if (here.length === rest.length || !last) return { items: here, metadata: { resourceVersion: String(revision) } };
  const next: ContinueToken = { v: 'meta.k8s.io/v1', rv: revision, start: keyOf(last) };
  return {
    items: here,
    metadata: {
      resourceVersion: String(revision),
      continue: Buffer.from(JSON.stringify(next)).toString('base64url'),
      remainingItemCount: rest.length - here.length,
    },
  };
}

function readToken(text: string): ContinueToken {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as ContinueToken;
  } catch (error) {
    const message = `invalid continue token: continue key is not valid: ${String(error)}`;
    throw new Refusal(400, 'BadRequest', message);
  }
}

function expired(): Refusal {
  const message =
    'The provided continue parameter is too old to display a consistent list result. ' +
    'You can start a new list without the continue parameter.';
  return new Refusal(410, 'Expired', message);
}
