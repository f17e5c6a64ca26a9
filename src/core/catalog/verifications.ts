import { asRecord, readJson } from '../base/json';
import { canonical } from '../state/canonical';
import { judge, signingKey, type KeyRing } from '../state/keys';
import { isProven } from '../state/signed';
import { drillKey, verificationKey, verifiedFolder } from '../store/layout';
import { writeOnce } from '../store/store';
import { isAppError } from '../base/errors';
import type { BackupAt, Verification } from './manifest';
import { parseDrill, type DrilledBackup, type DrillRecord, type SaidDrill } from './drillRecord';
import { parseVerification, type SaidVerification } from './parseManifest';
import { signaturesIn } from './signature';

/** Which backup, with which bytes, a verification is of. */
type Of = Pick<SaidVerification, 'backup' | 'archive' | 'manifest'>;

/**
 * Writes down what was verified, as an object of its own, signed by this workspace: nothing of the backup is touched. Throws what the key and the store say.
 */
export async function writeVerification(at: BackupAt, of: Of, verification: Verification): Promise<void> {
  const said = { format: 'db-ferry-verification', formatVersion: 1, ...of, ...verification };
  const key = await signingKey();
  const signatures = [key.sign(canonical(said))];
  const content = `${JSON.stringify({ ...said, signatures }, undefined, 1)}\n`;
  const name = verificationKey(new Date(verification.time), verification.level, content);
  try {
    await writeOnce(at.store, at.prefix + name, content);
  } catch (error) {
    // the same, of the same moment
    if (!isAppError(error, 'store.exists')) throw error;
  }
}

/** Files what a drill showed of a backup, signed by this workspace. Throws what the key and the store say. */
export async function writeDrill(at: BackupAt, of: DrilledBackup, drill: DrillRecord): Promise<void> {
  const said = { format: 'db-ferry-drill', formatVersion: 1, ...of, ...drill };
  const key = await signingKey();
  const content = `${JSON.stringify({ ...said, signatures: [key.sign(canonical(said))] }, undefined, 1)}\n`;
  try {
    await writeOnce(at.store, at.prefix + drillKey(new Date(drill.time), content), content);
  } catch (error) {
    // the same, of the same moment
    if (!isAppError(error, 'store.exists')) throw error;
  }
}

/** What was written down of a backup since it was sealed, oldest first. */
export interface LaterRecords {
  readonly verifications: readonly Verification[];
  /** also those that disproved it, and those that showed nothing */
  readonly drills: readonly DrillRecord[];
}

/**
 * What was verified since a backup was sealed: what a key that counts here signed, of this very backup and archive, and of this very manifest where it names one. All else that lies there
 * proves nothing. Oldest first. Never throws for one of them.
 */
export async function laterRecords(at: BackupAt, of: Of, ring: KeyRing): Promise<LaterRecords> {
  const { objects } = await at.store.level(`${at.prefix}${verifiedFolder}/`).catch(() => ({ objects: [] }));
  const verifications: Verification[] = [];
  const drills: DrillRecord[] = [];
  for (const { key } of objects.slice(-mostRead)) {
    const said = await at.store.get(key, longest).then(
      (text) => proven(text, ring),
      () => undefined,
    );
    if (said?.backup !== of.backup || said.archive !== of.archive) continue;
    if ('outcome' in said) {
      drills.push(said);
      continue;
    }
    if (said.manifest !== undefined && said.manifest !== of.manifest) continue;
    const { level, time, place } = said;
    verifications.push({ level, time, ...(place === undefined ? {} : { place }) });
  }
  const byTime = (a: { readonly time: string }, b: { readonly time: string }): number =>
    a.time < b.time ? -1 : a.time > b.time ? 1 : 0;
  return { verifications: verifications.sort(byTime), drills: drills.sort(byTime) };
}

/** A list of verifications with later ones: the last line of a level, and of a place, stands for it. Pure. */
export function withLater(before: readonly Verification[], later: readonly Verification[]): readonly Verification[] {
  if (later.length === 0) return before;
  const all = [...before, ...later];
  return all.filter(
    (one, at) => !all.slice(at + 1).some((next) => next.level === one.level && next.place === one.place),
  );
}

function proven(text: Buffer, ring: KeyRing): SaidVerification | SaidDrill | undefined {
  try {
    const { signatures, ...said } = asRecord(readJson(text)) ?? {};
    const parsed = parseDrill(said) ?? parseVerification(said);
    return isProven(judge(canonical(said), signaturesIn(signatures), ring)) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** bytes of one: a hundred checks of a drill whose names are as long as may be, each character escaped */
const longest = 262_144;
/** newest ones that are looked at */
const mostRead = 500;
