// The table of docs/rights.md, made from the roles that are shipped: `npm run docs` writes it, a test holds it against them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { parseAllDocuments } from 'yaml';
import { table } from './markdownTable';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where it is. */
export const rightsFile = join(root, 'docs/rights.md');

const [from, to] = ['<!-- roles: made by `npm run docs` -->', '<!-- end of roles -->'];

const names = v.optional(v.array(v.string()), []);
const role = v.object({
  kind: v.picklist(['Role', 'ClusterRole']),
  metadata: v.object({ name: v.string() }),
  rules: v.array(v.object({ apiGroups: names, resources: names, resourceNames: names, verbs: names })),
});

/** For whom each is; a role that is not named here is for `?` on the page, and the test says so. */
const forWhom: Readonly<Partial<Record<string, string>>> = {
  'cluster.yaml db-ferry-find': 'who looks for databases in all namespaces',
  'cluster.yaml db-ferry': 'who works on databases in some: bind it in each of these namespaces',
  'namespace.yaml db-ferry': 'who works on the databases of one namespace',
  'one-pod.yaml db-ferry-one-pod': 'a ServiceAccount that backs up one pod, and lists nothing',
  'runner.yaml db-ferry-runner': "the jobs' own ServiceAccount, where jobs run",
  'runner.yaml db-ferry-jobs': 'the same, in each namespace with databases',
  'runner.yaml db-ferry-operator': 'people who start, follow and cancel jobs in the cluster, and make schedules',
  'steward.yaml db-ferry-steward':
    'the steward’s own ServiceAccount: the ClusterRole in each governed namespace, the Role where it runs',
  'roles.yaml db-ferry-view': 'everybody who may see requests and policies',
  'roles.yaml db-ferry-operate': 'nobody for good: given for one request, to one person, for a time',
  'roles.yaml db-ferry-request': 'who asks for operations',
  'roles.yaml db-ferry-approve': 'who decides on requests',
};

/** The page with its table as the roles are. */
export function withRights(page: string): string {
  const rows = ['deploy/rbac', 'deploy/runner', 'deploy/governance', 'deploy/steward'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith('.yaml') && file !== 'all.yaml' && file !== 'kustomization.yaml')
      .sort()
      .flatMap((file) => rowsOf(folder, file)),
  );
  const made = table(['file', 'role', 'for', 'may'], rows);
  const [before = '', rest = ''] = page.split(from);
  return `${before}${from}\n\n${made}\n\n${to}${rest.split(to)[1] ?? ''}`;
}

function rowsOf(folder: string, file: string): string[][] {
  const all = parseAllDocuments(readFileSync(join(root, folder, file), 'utf8')).map((one) => one.toJS() as unknown);
  return all.flatMap((one) => {
    const { success, output } = v.safeParse(role, one);
    if (!success) return [];
    const { kind, metadata, rules } = output;
    const whom = forWhom[`${file} ${metadata.name}`] ?? '?';
    const may = rules.map(({ resources, resourceNames, verbs }) => {
      const only = resourceNames.length === 0 ? '' : ` (${resourceNames.join(', ')})`;
      return `${resources.join(', ')}${only}: ${verbs.join(', ')}`;
    });
    return [[`[${file}](../${folder}/${file})`, `${kind} \`${metadata.name}\``, whom, may.join('; ')]];
  });
}
