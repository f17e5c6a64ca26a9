import type { UsageRule } from '../base/usageRules';
import { AppError } from '../base/errors';
import { isGentleRate } from '../exec/gentleExec';
import { checkMapping } from './preflight/roles';

/** How a database is restored. */
export interface RestoreOptions {
  /** `replace` goes on where the database exists; default `new` */
  readonly as?: 'new' | 'replace';
  readonly noOwner?: boolean;
  readonly noPrivileges?: boolean;
  /** all goes where the database is; also where the target lacks a tablespace of the backup */
  readonly noTablespaces?: boolean;
  /** what the target refuses is passed over: all that is missing then is told, and the rest proven */
  readonly goOn?: boolean;
  /** also a database that lacks something takes the place of one that is replaced */
  readonly acceptMissing?: boolean;
  /** roles that are missing are made, without login */
  readonly createRoles?: boolean;
  /** a new database also gets those settings that only a superuser may set, that give a right or run code */
  readonly trustSettings?: boolean;
  /** what the archive defines runs with the rights of the role that restores, a superuser perhaps, whoever wrote it */
  readonly trustArchive?: boolean;
  /** a role of the backup, and which one of the target's it becomes */
  readonly mapRoles?: Readonly<Record<string, string>>;
  /** how many streams share the rows at most, 1 to 4; default: what pays */
  readonly streams?: number;
  /** bytes a second at most, with low priority and in one stream */
  readonly gentle?: number;
  /** the side database is made and proven, and then waits for its swap */
  readonly prepare?: boolean;
  /** without a side database, in one transaction */
  readonly inPlace?: boolean;
}

type RestoreRule = Extract<
  UsageRule,
  `inPlace.${string}` | `gentle.${'range' | 'streams'}` | 'streams.range' | 'acceptMissing.replace'
>;

/**
 * Whether the options of a restore or a copy go together: the one rule, asked by each host before it makes a job, by the plan and by the job itself. Throws `usage` { rule }.
 */
export function checkRestoreOptions(options: RestoreOptions): void {
  const { as, inPlace = false, gentle, streams, createRoles = false, mapRoles = {} } = options;
  const refuse = (rule: RestoreRule): never => {
    throw new AppError('usage', { rule });
  };
  checkMapping(mapRoles);
  if (gentle !== undefined && !isGentleRate(gentle)) refuse('gentle.range');
  if (streams !== undefined && !(Number.isInteger(streams) && streams >= 1 && streams <= 4)) refuse('streams.range');
  if (gentle !== undefined && streams !== undefined) refuse('gentle.streams');
  if (options.acceptMissing === true && as !== 'replace') refuse('acceptMissing.replace');
  if (!inPlace) return;
  if (options.prepare === true) refuse('inPlace.prepare');
  if (as !== 'replace') refuse('inPlace.replace');
  if (gentle !== undefined) refuse('inPlace.gentle');
  if (streams !== undefined) refuse('inPlace.streams');
  if (options.trustSettings === true) refuse('inPlace.trustSettings');
  if (createRoles || Object.keys(mapRoles).length > 0) refuse('inPlace.roles');
  if (goesOn(options)) refuse('inPlace.goOn');
}

/** To replace a database by one that lacks something takes going on without it. Pure. */
export function goesOn({ goOn = false, acceptMissing = false }: RestoreOptions): boolean {
  return goOn || acceptMissing;
}
