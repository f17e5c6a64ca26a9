import type { LabUser } from '../labPod';
import { mayDo, rulesOf } from './access';
import { unknownResource } from './status';

/** What a user asks about itself: who am I, may I, what may I. Any user may ask. */
export function review(user: LabUser, path: string, body: Readonly<Record<string, unknown>>): unknown {
  const asked = { ...body, metadata: { creationTimestamp: null } };
  switch (path) {
    case '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews':
      return { ...asked, status: { allowed: isAllowed(user, body['spec'] as AccessSpec | undefined) } };
    case '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews':
      return { ...asked, status: rules(user, body['spec'] as { namespace?: string } | undefined) };
    case '/apis/authentication.k8s.io/v1/selfsubjectreviews':
      return { ...asked, status: { userInfo: { username: user.name, groups: ['system:authenticated'] } } };
    default:
      throw unknownResource();
  }
}

interface AccessSpec {
  readonly resourceAttributes?: {
    readonly verb?: string;
    readonly group?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
}

function isAllowed(user: LabUser, spec: AccessSpec | undefined): boolean {
  const {
    verb = '',
    group = '',
    resource = '',
    subresource,
    namespace = '',
    name = '',
  } = spec?.resourceAttributes ?? {};
  const whole = subresource === undefined || subresource === '' ? resource : `${resource}/${subresource}`;
  return mayDo(user, { verb, group, resource: whole, namespace, name });
}

function rules(user: LabUser, spec: { namespace?: string } | undefined): unknown {
  const here = rulesOf(user).filter(({ namespace }) => namespace === undefined || namespace === spec?.namespace);
  const resourceRules =
    user.allow === undefined
      ? [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }]
      : here.map(({ verb, resource }) => ({ verbs: [verb], apiGroups: ['*'], resources: [resource] }));
  return { resourceRules, nonResourceRules: [], incomplete: false };
}
