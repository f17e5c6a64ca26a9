import type { AppError } from '../base/errors';
import { isAppError, withFacts } from '../base/errors';
import type { KubeClient } from './kubeClient';

/** The user's name as the server knows it; the kubeconfig's where the server does not tell. */
export async function whoAmI(client: KubeClient, signal?: AbortSignal): Promise<string> {
  return (await knownAs(client, signal)) ?? client.cluster.user;
}

/** Who asks, for the record: the cluster's own answer, and, in brackets, who this side says it is: `alice (jo@workspace)`. The hint alone where the cluster does not tell. */
export async function identityOf(client: KubeClient, hint?: string, signal?: AbortSignal): Promise<string> {
  const known = await knownAs(client, signal);
  if (known === undefined) return hint ?? client.cluster.user;
  return hint === undefined || hint === known || hint.startsWith(`${known} (`) ? (hint ?? known) : `${known} (${hint})`;
}

/** The user's name as the server knows it; undefined where it does not tell. Throws `cluster.*`. */
export async function knownAs(client: KubeClient, signal?: AbortSignal): Promise<string | undefined> {
  const options = signal ? { signal } : {};
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const answers = [
    async () =>
      (
        await client.post<{ status?: { userInfo?: { username?: string } } }>(
          '/apis/authentication.k8s.io/v1/selfsubjectreviews',
          review,
          options,
        )
      ).status?.userInfo?.username,
    // OpenShift before 4.15
    async () =>
      (await client.get<{ metadata?: { name?: string } }>('/apis/user.openshift.io/v1/users/~', options)).metadata
        ?.name,
  ];
  for (const answer of answers) {
    try {
      const name = await answer();
      if (name !== undefined && name !== '') return name;
    } catch (error) {
      if (!isAppError(error, 'cluster.api') && !isAppError(error, 'cluster.forbidden')) throw error;
    }
  }
  return undefined;
}

export interface ExecRights {
  readonly allowed: boolean;
  /** what the server asks for and is not held */
  readonly missing: readonly ('get' | 'create')[];
  /** the server's reason, where it gave one */
  readonly reason?: string;
}

/**
 * Whether the user may run commands in the pods of a namespace: `get` on pods/exec, and from Kubernetes 1.35 on `create` too, whatever the
 * protocol (KEP-4006; earlier servers ask for `get` alone).
 */
export async function mayExec(client: KubeClient, namespace: string, signal?: AbortSignal): Promise<ExecRights> {
  const verbs = ['get', 'create'] as const;
  const answers = await Promise.all(verbs.map((verb) => review(client, namespace, verb, signal)));
  const refused = verbs.filter((_, index) => answers[index]?.allowed !== true);
  const missing = refused.join() === 'create' && !(await asksForCreate(client, signal)) ? [] : refused;
  const reason = missing.length === 0 ? '' : (answers.find((answer) => !answer.allowed)?.reason ?? '');
  return { allowed: missing.length === 0, missing, ...(reason === '' ? {} : { reason }) };
}

/**
 * A refusal of pods/exec with what is missing (`missing`; nothing: it is not the role that is missing) and who was refused (`user`): the server's
 * own message may name neither. Where the server does not tell, the error as it is.
 */
export async function explainRefusal(
  client: KubeClient,
  namespace: string,
  error: AppError,
  signal?: AbortSignal,
): Promise<AppError> {
  try {
    const [{ missing, reason }, user] = await Promise.all([mayExec(client, namespace, signal), whoAmI(client, signal)]);
    return withFacts(error, { missing, user, ...(reason === undefined ? {} : { reason }) }, error.cause);
  } catch {
    return error;
  }
}

/** A version that cannot be read is a new one. */
async function asksForCreate(client: KubeClient, signal?: AbortSignal): Promise<boolean> {
  try {
    const { major, minor } = await client.get<{ major?: string; minor?: string }>('/version', signal ? { signal } : {});
    return !(major === '1' && Number.parseInt(minor ?? '', 10) < 35);
  } catch (error) {
    if (isAppError(error, 'cancelled')) throw error;
    return true;
  }
}

/** One question about one's own rights. */
export interface RightAsked {
  readonly namespace: string;
  readonly verb: string;
  readonly group?: string;
  readonly resource: string;
  readonly subresource?: string;
}

/** Whether this login may do it. Throws `cluster.*`. */
export async function may(client: KubeClient, asked: RightAsked, signal?: AbortSignal): Promise<boolean> {
  return (await ask(client, asked, signal)).allowed;
}

async function review(
  client: KubeClient,
  namespace: string,
  verb: string,
  signal?: AbortSignal,
): Promise<{ allowed: boolean; reason?: string }> {
  return ask(client, { namespace, verb, resource: 'pods', subresource: 'exec' }, signal);
}

async function ask(
  client: KubeClient,
  resourceAttributes: RightAsked,
  signal?: AbortSignal,
): Promise<{ allowed: boolean; reason?: string }> {
  const answer = await client.post<{ status?: { allowed?: boolean; reason?: string } }>(
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes },
    },
    signal ? { signal } : {},
  );
  const { allowed = false, reason } = answer.status ?? {};
  return { allowed, ...(reason === undefined ? {} : { reason }) };
}
