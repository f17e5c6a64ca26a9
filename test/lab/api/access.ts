import type { IncomingMessage } from 'node:http';
import type { LabClusterState, LabUser } from '../labPod';
import { Refusal } from './status';

export interface Question {
  readonly verb: string;
  readonly group: string;
  /** `pods`, `pods/exec` */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

/** The user behind the bearer token; 401 for an unknown or expired one. Without a token one is anonymous and may nothing. */
export function authenticate(state: LabClusterState, request: IncomingMessage): LabUser {
  if (request.headers.authorization === undefined) return { name: 'system:anonymous', allow: [] };
  const token = /^Bearer (.+)$/.exec(request.headers.authorization)?.[1] ?? '';
  const user = state.users.get(token);
  if (!user || user.expired) throw new Refusal(401, 'Unauthorized', 'Unauthorized');
  return user;
}

/** Rules are `verb resource[/sub] [namespace [name]]`; a rule without namespace holds in all, one without name for all; none at all means everything. */
export function mayDo(user: LabUser, question: Question): boolean {
  if (user.allow === undefined) return true;
  return rulesOf(user).some(
    ({ verb, resource, namespace, name }) =>
      (verb === '*' || verb === question.verb) &&
      (resource === '*' || resource === question.resource) &&
      (namespace === undefined || namespace === question.namespace) &&
      (name === undefined || name === question.name),
  );
}

/** Throws the 403 that role-based access control answers. */
export function authorize(user: LabUser, question: Question): void {
  if (!mayDo(user, question)) throw forbidden(user, question);
}

/** What an upgrade to exec needs; a missing `create` is told with an empty reason, as 1.35 does it. */
export function authorizeExec(user: LabUser, namespace: string, name: string, needsCreate: boolean): void {
  const question = { group: '', resource: 'pods/exec', namespace, name };
  authorize(user, { ...question, verb: 'get' });
  if (needsCreate && !mayDo(user, { ...question, verb: 'create' })) {
    throw new Refusal(403, 'Forbidden', `pods "${name}" is forbidden: `, { name, kind: 'pods' });
  }
}

/** OpenShift shows a project to whom any right in it was given. */
export function maySeeProject(user: LabUser, project: string): boolean {
  if (user.allow === undefined) return true;
  return rulesOf(user).some(({ namespace }) => namespace === undefined || namespace === project);
}

export function rulesOf(
  user: LabUser,
): { verb: string; resource: string; namespace: string | undefined; name: string | undefined }[] {
  return (user.allow ?? []).map((rule) => {
    const [verb = '', resource = '', namespace, name] = rule.split(' ');
    return { verb, resource, namespace, name };
  });
}

function forbidden(user: LabUser, { verb, group, resource, namespace, name }: Question): Refusal {
  const [kind = ''] = resource.split('/');
  const subject = `${kind}${group === '' ? '' : `.${group}`}${name === '' ? '' : ` "${name}"`}`;
  const scope = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const details = { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind };
  const what = `resource "${resource}" in API group "${group}"`;
  return new Refusal(
    403,
    'Forbidden',
    `${subject} is forbidden: User "${user.name}" cannot ${verb} ${what} ${scope}`,
    details,
  );
}
