import { isAppError } from '../errors';
import type { KubeClient } from './kubeClient';

/** The user's name as the server knows it; the kubeconfig's where the server does not tell. */
export async function whoAmI(client: KubeClient, signal?: AbortSignal): Promise<string> {
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
  return client.cluster.user;
}

export interface ExecRights {
  /** Both are held. Servers before Kubernetes 1.35 ask for `get` alone. */
  readonly allowed: boolean;
  readonly missing: readonly ('get' | 'create')[];
  /** the server's reason, where it gave one */
  readonly reason?: string;
}

/** Whether the user may run commands in the pods of a namespace: `get` and `create` on pods/exec. */
export async function mayExec(client: KubeClient, namespace: string, signal?: AbortSignal): Promise<ExecRights> {
  const verbs = ['get', 'create'] as const;
  const answers = await Promise.all(verbs.map((verb) => review(client, namespace, verb, signal)));
  const missing = verbs.filter((_, index) => answers[index]?.allowed !== true);
  const reason = answers.find((answer) => !answer.allowed)?.reason;
  return { allowed: missing.length === 0, missing, ...(reason === undefined || reason === '' ? {} : { reason }) };
}

async function review(
  client: KubeClient,
  namespace: string,
  verb: string,
  signal?: AbortSignal,
): Promise<{ allowed: boolean; reason?: string }> {
  const answer = await client.post<{ status?: { allowed?: boolean; reason?: string } }>(
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { namespace, verb, resource: 'pods', subresource: 'exec' } },
    },
    signal ? { signal } : {},
  );
  const { allowed = false, reason } = answer.status ?? {};
  return { allowed, ...(reason === undefined ? {} : { reason }) };
}
