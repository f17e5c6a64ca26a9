import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Kept } from '../api/kept';
import type { LabApiServer } from '../api/apiServer';
import type { LabClusterState } from '../labPod';
import { JobController } from './jobController';

/** Has Jobs and CronJobs of a cluster of the lab run; resolves what ends them. */
export function runJobs(
  state: LabClusterState & { readonly kept: Kept },
  server: Pick<LabApiServer, 'port' | 'caPem'>,
  folder: string,
): JobController {
  const { kept } = state;
  const tokens = new Map<string, string>();
  return new JobController({
    ...{ kept, server, folder: join(folder, `jobs-${state.name}`) },
    tokenFor(namespace, account) {
      const name = `system:serviceaccount:${namespace}:${account}`;
      const token = tokens.get(name) ?? randomUUID();
      tokens.set(name, token);
      state.users.set(token, {
        name,
        get allow() {
          return rightsOf(kept, namespace, account);
        },
      });
      return token;
    },
  });
}

interface Rule {
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** What RoleBindings give a ServiceAccount, as users of the lab have it. That nobody gives away what they have not got is not held here. */
function rightsOf(kept: Kept, namespace: string, account: string): string[] {
  return kept.items('rolebindings').flatMap((binding) => {
    const { subjects, roleRef } = binding as unknown as {
      subjects: readonly { kind: string; name: string; namespace: string }[];
      roleRef: { name: string };
    };
    const isIts = subjects.some(
      (one) => one.kind === 'ServiceAccount' && one.name === account && one.namespace === namespace,
    );
    const where = binding.metadata.namespace ?? '';
    const rules = (kept.find('roles', where, roleRef.name)?.['rules'] ?? []) as readonly Rule[];
    return isIts
      ? rules.flatMap(({ resources, verbs }) =>
          resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource} ${where}`)),
        )
      : [];
  });
}
