import type { LabClusterState } from '../labPod';
import { known } from './objects';

/** What an API server says about itself and its resources; undefined for another path. */
export function discovery(state: LabClusterState, path: string, address: string): unknown {
  switch (path) {
    case '/version':
      return version(state);
    case '/api':
      return {
        ...{ kind: 'APIVersions', versions: ['v1'] },
        serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
      };
    case '/apis':
      return { kind: 'APIGroupList', apiVersion: 'v1', groups: groupNames(state).map(group) };
    case '/api/v1':
      return resourceList(state, '');
  }
  const [, name, isVersioned] = /^\/apis\/([^/]+)(\/v1)?$/.exec(path) ?? [];
  if (name === undefined || !groupNames(state).includes(name)) return undefined;
  return isVersioned ? resourceList(state, name) : { kind: 'APIGroup', apiVersion: 'v1', ...group(name) };
}

/** Clusters whose server knows only v4 are those before 1.30. */
export function isRecent(state: LabClusterState): boolean {
  return state.faults.protocols.includes('v5.channel.k8s.io');
}

function version(state: LabClusterState): unknown {
  const minor = isRecent(state) ? '35' : '29';
  return {
    ...{ major: '1', minor, gitVersion: `v1.${minor}.4`, gitCommit: '', gitTreeState: 'clean' },
    ...{ buildDate: '2026-01-01T00:00:00Z', goVersion: 'go1.26.8', compiler: 'gc', platform: 'linux/amd64' },
  };
}

function groupNames(state: LabClusterState): string[] {
  const own = known(state).flatMap(({ group: name }) => (name === '' ? [] : [name]));
  return [
    ...new Set([
      ...own,
      'authentication.k8s.io',
      'authorization.k8s.io',
      ...(state.openshift ? ['user.openshift.io'] : []),
    ]),
  ];
}

function group(name: string): { name: string; versions: unknown[]; preferredVersion: unknown } {
  const only = { groupVersion: `${name}/v1`, version: 'v1' };
  return { name, versions: [only], preferredVersion: only };
}

interface ResourceLine {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
}

const unlisted: Readonly<Record<string, readonly ResourceLine[]>> = {
  '': [{ ...line('pods/exec', 'PodExecOptions', ['create', 'get']), namespaced: true }],
  'authentication.k8s.io': [line('selfsubjectreviews', 'SelfSubjectReview', ['create'])],
  'authorization.k8s.io': [
    line('selfsubjectaccessreviews', 'SelfSubjectAccessReview', ['create']),
    line('selfsubjectrulesreviews', 'SelfSubjectRulesReview', ['create']),
  ],
  'user.openshift.io': [line('users', 'User', ['get'])],
};

function line(name: string, kind: string, verbs: readonly string[]): ResourceLine {
  return { name, singularName: name.includes('/') ? '' : kind.toLowerCase(), namespaced: false, kind, verbs };
}

function resourceList(state: LabClusterState, name: string): unknown {
  const listed = known(state)
    .filter((one) => one.group === name)
    .map(({ plural, kind, namespaced, shortNames, writable }) => ({
      ...line(plural, kind, ['get', 'list', 'watch', ...(writable ? ['create', 'update', 'patch', 'delete'] : [])]),
      ...{ namespaced, shortNames },
    }));
  return {
    ...{ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: name === '' ? 'v1' : `${name}/v1` },
    resources: [...listed, ...(unlisted[name] ?? [])],
  };
}
