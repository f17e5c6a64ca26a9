import type { IncomingMessage } from 'node:http';
import type { LabClusterState, LabUser } from '../labPod';
import { forbidden, Refusal } from './status';

export interface Question {
  readonly verb: string;
  readonly group: string;
  /** `pods`, `pods/exec` */
  readonly resource: string;
  readonly namespace: string;
  readonly name: string;
}

/** The user behind the bearer token; 401 for none, an unknown or an expired one. */
export function authenticate(state: LabClusterState, request: IncomingMessage): LabUser {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const user = state.users.get(token);
  if (!user || user.expired) throw new Refusal(401, 'Unauthorized', 'Unauthorized');
  return user;
}

/** Rules are `verb resource[/sub] [namespace]`; a rule without namespace holds in all; none at all means everything. */
export function mayDo(user: LabUser, question: Question): boolean {
  if (user.allow === undefined) return true;
  return user.allow.some((rule) => {
    const [verb, resource, namespace] = rule.split(' ');
    return (
      (verb === '*' || verb === question.verb) &&
      resource === question.resource &&
      (namespace === undefined || namespace === question.namespace)
    );
  });
}

export function authorize(user: LabUser, question: Question): void {
  if (mayDo(user, question)) return;
  const { verb, resource, group, namespace, name } = question;
  throw forbidden(user.name, verb, resource, group, namespace, name);
}
