import type { KubeObject, Resource } from './objects';

/** The `Table` that kubectl asks for: names and ages, and for pods what `get pods -o wide` prints. */
export function table(resource: Resource, items: readonly KubeObject[], metadata: unknown): unknown {
  const { columns, cells } = printers[resource.plural] ?? {
    columns: ['Name', 'Age'],
    cells: (item: KubeObject) => [item.metadata.name, age(item)],
  };
  return {
    ...{ kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata },
    columnDefinitions: columns.map((column) => ({
      name: column.replace(/^\+/, ''),
      ...{ type: 'string', format: column === 'Name' ? 'name' : '', description: '' },
      priority: column.startsWith('+') ? 1 : 0,
    })),
    rows: items.map((item) => ({
      cells: cells(item),
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: item.metadata },
    })),
  };
}

interface Printer {
  /** `+` before a name: only with `-o wide` */
  readonly columns: readonly string[];
  readonly cells: (item: KubeObject) => unknown[];
}

const printers: Readonly<Record<string, Printer>> = {
  pods: { columns: ['Name', 'Ready', 'Status', 'Restarts', 'Age', '+IP', '+Node'], cells: podCells },
  namespaces: {
    columns: ['Name', 'Status', 'Age'],
    cells: (item) => [item.metadata.name, (item['status'] as { phase: string }).phase, age(item)],
  },
};

interface PodStatus {
  readonly phase: string;
  readonly podIP: string;
  readonly containerStatuses: readonly {
    readonly ready: boolean;
    readonly state: { readonly waiting?: { reason: string }; readonly terminated?: { reason: string } };
  }[];
}

function podCells(item: KubeObject): unknown[] {
  const { phase, podIP, containerStatuses } = item['status'] as PodStatus;
  const state = containerStatuses[0]?.state;
  const ready = containerStatuses.filter((one) => one.ready).length;
  const word = state?.waiting?.reason ?? state?.terminated?.reason ?? phase;
  const { nodeName } = item['spec'] as { nodeName: string };
  return [item.metadata.name, `${ready}/${containerStatuses.length}`, word, '0', age(item), podIP, nodeName];
}

function age(item: KubeObject): string {
  const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(String(item.metadata['creationTimestamp']))) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
