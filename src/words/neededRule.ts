import type { AnyFacts } from '../core/base/errorData';
import { text } from './shown';

/** What DB Ferry needs to be allowed in a namespace. */
export const neededRights = [
  { resource: 'pods', verbs: ['get', 'list', 'watch'] },
  { resource: 'pods/exec', verbs: ['get', 'create'] },
] as const;

/**
 * The Role and RoleBinding to ask for after `cluster.forbidden`, as YAML an administrator can apply. Undefined where no right is missing. The
 * namespace is left open where the refusal names none. Whom it binds is known, or read from the API server's message; else it is left open, too.
 */
export function neededRule(data: Pick<AnyFacts, 'missing' | 'namespace' | 'user' | 'message'>): string | undefined {
  const { missing } = data;
  if (Array.isArray(missing) && missing.length === 0) return undefined;
  const namespace = text(data, 'namespace') ?? '<project>';
  const user = text(data, 'user') ?? /User "([^"]+)"/.exec(text(data, 'message') ?? '')?.[1] ?? '<user>';
  const metadata = ['metadata:', '  name: db-ferry', `  namespace: ${quoted(namespace)}`];
  return [
    'apiVersion: rbac.authorization.k8s.io/v1',
    'kind: Role',
    ...metadata,
    'rules:',
    ...neededRights.flatMap(({ resource, verbs }) => [
      '  - apiGroups: [""]',
      `    resources: [${quoted(resource)}]`,
      `    verbs: [${verbs.map(quoted).join(', ')}]`,
    ]),
    '---',
    'apiVersion: rbac.authorization.k8s.io/v1',
    'kind: RoleBinding',
    ...metadata,
    'roleRef:',
    '  apiGroup: rbac.authorization.k8s.io',
    '  kind: Role',
    '  name: db-ferry',
    'subjects:',
    ...subject(user),
    '',
  ].join('\n');
}

function subject(user: string): string[] {
  const account = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user);
  if (account) {
    const [, namespace = '', name = ''] = account;
    return ['  - kind: ServiceAccount', `    name: ${quoted(name)}`, `    namespace: ${quoted(namespace)}`];
  }
  return ['  - apiGroup: rbac.authorization.k8s.io', '    kind: User', `    name: ${quoted(user)}`];
}

/** A JSON text is a YAML one. */
function quoted(value: string): string {
  return JSON.stringify(value);
}
