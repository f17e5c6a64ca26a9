import { AppError } from '../core/base/errors';
import { userDatabases, type UserDatabase } from '../model/databases';
import type { DatabasePlace, PodPlace } from '../model/places';
import type { Services } from '../services';
import { DatabaseNode } from '../tree/databaseNode';
import { KeptNode } from '../tree/keptNode';
import { PodNode } from '../tree/podNode';
import { podAt } from './podAt';
import { BackupGroupNode } from '../tree/backupGroupNode';
import { pickDatabase, pickPod } from '../ui/ask/pickPlace';

/** The databases that rows mean; asks where they leave a choice. Throws `cancelled` when the user gives up. */
export async function sourceDatabases(
  services: Services,
  selected: readonly unknown[],
  title: string,
): Promise<DatabasePlace[]> {
  const places: DatabasePlace[] = [];
  for (const row of selected) {
    const known = await databaseOf(services, row, title);
    if (known && !places.some(({ reference }) => reference === known.reference)) places.push(known);
  }
  if (places.length > 0) return places;
  return [await databaseIn(await pickPod(services, { title }), title)];
}

/** One database from a row, or asked for. Throws `cancelled`. */
export async function oneDatabase(services: Services, target: unknown, title: string): Promise<DatabasePlace> {
  const [place] = await sourceDatabases(services, [target], title);
  if (!place) throw new AppError('cancelled');
  return place;
}

/** One pod from a row, or asked for. Throws `cancelled`. */
export async function onePod(services: Services, target: unknown, title: string): Promise<PodPlace> {
  return podOfRow(target) ?? pickPod(services, { title, isTarget: true });
}

/** The pod that a row of the Clusters view is or lies in. */
export function podOfRow(row: unknown): PodPlace | undefined {
  if (row instanceof PodNode) {
    return { model: row.parent.parent.model, pod: row.pod, reference: row.reference };
  }
  if (row instanceof DatabaseNode) return podOfRow(row.parent);
  if (row instanceof KeptNode) return podOfRow(row.parent);
  return undefined;
}

async function databaseOf(services: Services, row: unknown, title: string): Promise<DatabasePlace | undefined> {
  if (row instanceof KeptNode) return databaseOf(services, row.parent, title);
  const place = podOfRow(row);
  if (row instanceof DatabaseNode && place) return inDatabase(place, row.database.facts.name);
  if (place) return databaseIn(place, title);
  if (row instanceof BackupGroupNode) return sourceOf(services, row);
  return undefined;
}

/** Where the backups of a group came from; the workload's name is a reference, too. */
async function sourceOf(services: Services, { source }: BackupGroupNode): Promise<DatabasePlace | undefined> {
  return inDatabase(await podAt(services, source), source.database);
}

/** The one user database of a pod, or the one that is chosen. */
async function databaseIn(place: PodPlace, title: string): Promise<DatabasePlace> {
  const { facts } = await place.model.open(place.pod);
  const databases: UserDatabase[] = userDatabases(facts);
  const [only] = databases;
  if (only && databases.length === 1) return inDatabase(place, only.facts.name);
  return inDatabase(place, await pickDatabase(databases, { title, place: place.reference }));
}

function inDatabase({ model, pod, reference }: PodPlace, database: string): DatabasePlace {
  return { model, pod, database, reference: `${reference}/${database}` };
}
