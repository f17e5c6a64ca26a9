import type { RestoreOptions } from '../../core/restore/options';
import type { RestorePlan } from '../../core/job/plan/planRestore';
import { showManyPick } from '../shown';
import { t } from '../../words/language';

/** What can be chosen beside the questions: each an option that is on or off. */
export type RestoreChoice =
  | 'createRoles'
  | 'noOwner'
  | 'noPrivileges'
  | 'noTablespaces'
  | 'trustSettings'
  | 'trustArchive'
  | 'goOn'
  | 'acceptMissing'
  | 'prepare';

interface Row {
  readonly choice: RestoreChoice;
  readonly label: string;
  readonly detail: string;
}

/**
 * Asks how it is restored: what is left out, what is gone on without. Returns the options with that, or undefined where it is given up. Whether they do what they are
 * chosen for the next plan says.
 */
export async function askRestoreOptions(
  title: string,
  plan: RestorePlan,
  chosen: RestoreOptions,
): Promise<RestoreOptions | undefined> {
  const rows = rowsFor(plan, chosen).map((row) => ({ ...row, picked: chosen[row.choice] === true }));
  const picked = await showManyPick(rows, { title, placeHolder: t`Nothing is started by this: it is looked at again` });
  if (picked === undefined) return undefined;
  const rest = Object.fromEntries(
    Object.entries(chosen).filter(([name]) => !rows.some(({ choice }) => choice === name)),
  ) as RestoreOptions;
  return { ...rest, ...Object.fromEntries(picked.map(({ choice }) => [choice, true])) };
}

/** Those that can be of use with this plan. */
function rowsFor({ target, roles, mayCreateRoles, findings }: RestorePlan, chosen: RestoreOptions): Row[] {
  const makesRoles = mayCreateRoles && (roles.missing.length > 0 || chosen.createRoles === true);
  const isUnproven = findings.some(({ code }) => code === 'archive.foreign' || code === 'backup.unproven');
  const named = [...roles.missing, ...roles.create].join(', ');
  const all: readonly (Row & { readonly isOfUse: boolean })[] = [
    {
      ...{ choice: 'createRoles', label: t`Make the missing roles`, isOfUse: makesRoles },
      detail: t`Without the right to log in: ${named}`,
    },
    {
      ...{ choice: 'noOwner', label: t`Leave owners out`, isOfUse: true },
      detail: t`All of it belongs to the role that restores`,
    },
    {
      ...{ choice: 'noPrivileges', label: t`Leave grants out`, isOfUse: true },
      detail: t`Nobody is given a right, and what was revoked from everybody is not`,
    },
    {
      ...{ choice: 'noTablespaces', label: t`Leave tablespaces out`, isOfUse: true },
      detail: t`All of it goes where the database is`,
    },
    {
      ...{ choice: 'trustSettings', label: t`Set what gives a right or runs code`, isOfUse: !target.exists },
      detail: t`Settings of the database that only a superuser may set, as the backup has them`,
    },
    {
      ...{ choice: 'trustArchive', label: t`Trust the archive`, isOfUse: isUnproven },
      detail: t`All that it says runs with the rights of the role that restores, a superuser perhaps`,
    },
    {
      ...{ choice: 'goOn', label: t`Go on without what the target refuses`, isOfUse: true },
      detail: target.exists
        ? t`It is listed with why, the rest is proven; where anything is missing, nothing is replaced`
        : t`It is listed with why, the rest is proven`,
    },
    {
      ...{ choice: 'acceptMissing', label: t`Replace it also where something is missing`, isOfUse: target.exists },
      detail: t`The database before is kept: Undo Restore brings it back`,
    },
    {
      ...{ choice: 'prepare', label: t`Prepare only`, isOfUse: true },
      detail: t`It is made and proven beside what is there, and waits: Swap… puts it in place later, Discard drops it`,
    },
  ];
  return all.filter(({ isOfUse }) => isOfUse);
}

/** What was chosen, as a line of the question; '' where nothing was. */
export function chosenWords(chosen: RestoreOptions): string {
  const left = [
    chosen.noOwner === true ? t`owners` : undefined,
    chosen.noPrivileges === true ? t`grants` : undefined,
    chosen.noTablespaces === true ? t`tablespaces` : undefined,
  ].filter((part) => part !== undefined);
  const mapped = Object.entries(chosen.mapRoles ?? {}).map(([from, to]) => t`role ${from} to ${to}`);
  const goesOn = chosen.acceptMissing === true ? t`, and replaces all the same` : '';
  const lines = [
    left.length === 0 ? undefined : t`Leaves out: ${left.join(', ')}.`,
    mapped.length === 0 ? undefined : t`Maps: ${mapped.join(', ')}.`,
    chosen.trustSettings === true ? t`Sets what gives a right or runs code, too.` : undefined,
    chosen.trustArchive === true
      ? t`Trusts the archive: it runs with the rights of the role that restores.`
      : undefined,
    chosen.goOn === true || chosen.acceptMissing === true
      ? t`Goes on without what the target refuses${goesOn}; the report lists it.`
      : undefined,
    chosen.prepare === true ? t`Prepares only: nothing is replaced until Swap… is chosen at the job.` : undefined,
  ];
  return lines.filter((line) => line !== undefined).join('\n');
}
