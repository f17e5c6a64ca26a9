import type { PodFacts } from '../databasePod';

/** A database to work from that is not `besides`: `postgres`, else `template1`, else any that lets us in. */
export function maintenanceDatabase(facts: PodFacts, besides?: string): string {
  const open = facts.databases.filter((one) => one.allowConnections && one.name !== besides).map((one) => one.name);
  return ['postgres', 'template1'].find((name) => open.includes(name)) ?? open[0] ?? 'template1';
}
