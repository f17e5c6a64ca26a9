import { AppError, isAppError } from '../base/errors';
import type { Cluster } from './cluster';
import { networkMessage } from './networkMessage';

/**
 * Why a server could not be reached: `cluster.untrusted` where TLS said no, `cluster.kubeconfig` where the certificates of the kubeconfig cannot be read,
 * else `cluster.unreachable`. What is an `AppError` already stays it.
 */
export function reachError({ alias: cluster, server, kubeconfigFile }: Cluster, error: unknown): AppError {
  if (isAppError(error)) return error;
  const code = codeOf(error);
  // OpenSSL could not read what we gave it, before anything was sent
  if (code.startsWith('ERR_OSSL_') || code === 'ERR_CRYPTO_INVALID_KEY_OBJECT_TYPE') {
    return new AppError('cluster.kubeconfig', { file: kubeconfigFile, reason: 'certificate', code });
  }
  const reason = tlsReason(code);
  if (reason !== undefined)
    return new AppError('cluster.untrusted', { cluster, server, reason, code }, { cause: error });
  return new AppError('cluster.unreachable', { cluster, server, message: networkMessage(error) }, { cause: error });
}

type Reason = 'authority' | 'expired' | 'early' | 'name' | 'client' | 'protocol';

/** OpenSSL's codes as Node names them (tls documentation, "X509 certificate error codes"); undefined: it was not TLS that failed. */
function tlsReason(code: string): Reason | undefined {
  const known = certificateCodes[code];
  if (known) return known;
  if (!code.startsWith('ERR_SSL_') && code !== 'EPROTO') return undefined;
  return /ALERT.*(?:CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED)/.test(code) ? 'client' : 'protocol';
}

const certificateCodes: Readonly<Partial<Record<string, Reason>>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'authority',
  UNABLE_TO_GET_ISSUER_CERT: 'authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'authority',
  UNABLE_TO_DECRYPT_CERT_SIGNATURE: 'authority',
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY: 'authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'authority',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'authority',
  CERT_SIGNATURE_FAILURE: 'authority',
  CERT_CHAIN_TOO_LONG: 'authority',
  CERT_UNTRUSTED: 'authority',
  CERT_REJECTED: 'authority',
  CERT_REVOKED: 'authority',
  INVALID_CA: 'authority',
  INVALID_PURPOSE: 'authority',
  PATH_LENGTH_EXCEEDED: 'authority',
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'early',
  ERR_TLS_CERT_ALTNAME_INVALID: 'name',
  HOSTNAME_MISMATCH: 'name',
};

function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
