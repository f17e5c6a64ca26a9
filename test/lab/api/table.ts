import type { KubeObject, Resource } from './objects';

/** The `Table` that kubectl asks for: names and ages, and for pods what `get pods` prints. */
export function table(resource: Resource, items: readonly KubeObject[], metadata: unknown): unknown {
  const pods = resource.plural === 'pods';
  const names = pods ? ['Name', 'Ready', 'Status', 'Restarts', 'Age'] : ['Name', 'Age'];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: names.map((name) => ({
      name,
      type: 'string',
      format: name === 'Name' ? 'name' : '',
      description: '',
      priority: 0,
    })),
    rows: items.map((item) => ({
      cells: pods ? podCells(item) : [item.metadata.name, age(item)],
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: item.metadata },
    })),
  };
}

function podCells(item: KubeObject): unknown[] {
  const { phase, containerStatuses } = item['status'] as { phase: string; containerStatuses: { ready: boolean }[] };
  const ready = containerStatuses.filter((one) => one.ready).length;
  return [item.metadata.name, `${ready}/${containerStatuses.length}`, phase, '0', age(item)];
}

function age(item: KubeObject): string {
  return `${Math.max(0, Math.floor((Date.now() - Date.parse(String(item.metadata['creationTimestamp']))) / 86_400_000))}d`;
}
