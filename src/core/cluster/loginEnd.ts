import { parseAs } from '../base/json';
import * as v from 'valibot';
import { createHash } from 'node:crypto';
import { isAppError } from '../base/errors';
import type { Finding } from '../base/finding';
import type { KubeClient } from './kubeClient';

/** A login that nobody renews, and when it ends. */
export interface Login {
  /** the cluster's alias */
  readonly cluster: string;
  /** UTC ISO 8601 */
  readonly ends: string;
}

/**
 * When the token in the kubeconfig ends: as itself says (a JWT's `exp`), or as OpenShift does, which lets everybody read their own tokens. Undefined
 * where neither says it, and where a credential plugin or a certificate is the login. Throws `cancelled`.
 */
export async function loginEnd(client: KubeClient, signal: AbortSignal): Promise<Login | undefined> {
  try {
    const token = await client.fixedToken();
    if (token === undefined) return undefined;
    const ends = token.startsWith(openshift) ? await endInOpenShift(client, token, signal) : endInJwt(token);
    if (ends === undefined || !Number.isFinite(ends)) return undefined;
    return { cluster: client.cluster.alias, ends: new Date(ends).toISOString() };
  } catch (error) {
    if (isAppError(error, 'cancelled') || signal.aborted) throw error;
    return undefined;
  }
}

/** A warning for each login that ends before work of so many `seconds` that begins `now` (milliseconds since 1970). */
export function aboutLogins(logins: readonly (Login | undefined)[], seconds: number, now = Date.now()): Finding[] {
  const late = logins
    .filter((login) => login !== undefined)
    .filter(({ ends }) => Date.parse(ends) < now + seconds * 1000);
  return late.map((login) => ({ level: 'warn', code: 'login.ends', data: { ...login, seconds } }));
}

/** Begins a token of OpenShift; its object is named by the digest of the rest (oauth-apiserver, TokenToObjectName). */
const openshift = 'sha256~';

async function endInOpenShift(client: KubeClient, token: string, signal: AbortSignal): Promise<number | undefined> {
  const digest = createHash('sha256').update(token.slice(openshift.length)).digest('base64url');
  const found = await client.get<{ metadata?: { creationTimestamp?: string }; expiresIn?: number }>(
    `/apis/oauth.openshift.io/v1/useroauthaccesstokens/${openshift}${digest}`,
    { signal },
  );
  const { metadata, expiresIn = 0 } = found;
  // 0: it does not end
  return expiresIn === 0 ? undefined : Date.parse(metadata?.creationTimestamp ?? '') + expiresIn * 1000;
}

/** Milliseconds since 1970. */
function endInJwt(token: string): number | undefined {
  const [, payload, signature] = token.split('.');
  if (payload === undefined || signature === undefined) return undefined;
  const claims = parseAs(v.object({ exp: v.number() }), Buffer.from(payload, 'base64url'));
  return claims && claims.exp * 1000;
}
