import type { JsonObject } from '../base/json';
import path from 'node:path';
import { prepareState, stateFolder } from '../state/stateFolder';
import { storeOfRoot } from '../catalog/storeOfRoot';
import { localStore } from '../store/local';
import type { Store } from '../store/store';
import { AuditTrail, type Appended } from './trail';
import type { AuditActor, AuditEntry } from './record';
import { toAppError } from '../base/errors';

/**
 * The trail of this user: in their own state, or where DB_FERRY_AUDIT says: a folder, or a bucket at `s3://bucket/prefix`, whose keys its operator need not be able to change.
 * Throws `state.unsafe`, `usage`, and what opening a bucket throws.
 */
export async function ownTrail(env: NodeJS.ProcessEnv = process.env): Promise<AuditTrail> {
  const named = env['DB_FERRY_AUDIT'] ?? '';
  if (named !== '') return new AuditTrail(await storeOfRoot(named));
  return new AuditTrail(localStore(await prepareState(folderName)));
}

/** The store of that trail, to be read: nothing is made. */
export async function ownTrailStore(env: NodeJS.ProcessEnv = process.env): Promise<Store> {
  const named = env['DB_FERRY_AUDIT'] ?? '';
  return named === '' ? localStore(path.join(stateFolder(), folderName)) : storeOfRoot(named);
}

/** Writes a record, and keeps its checkpoint beside it. Throws `audit.unwritable`. */
export async function note(trail: AuditTrail, entry: AuditEntry): Promise<Appended> {
  const appended = await trail.append(entry);
  if (appended.checkpoint) await trail.keep(appended.checkpoint);
  return appended;
}

/**
 * Does something that is no job, with its intent in the trail before and its outcome after. Throws `audit.unwritable` where the intent cannot be written, and nothing is done then; else what `act`
 * throws. That an outcome could not be written is told by `onLost`: the intent stays open in the trail.
 */
export async function audited<Done>(
  kind: string,
  { actor, ...about }: Omit<AuditEntry, 'type' | 'outcome'> & { readonly actor: AuditActor },
  act: () => Promise<Done>,
  { outcomeOf = () => 'done', onLost = () => undefined, env }: AuditedOptions<Done> = {},
): Promise<Done> {
  const trail = await ownTrail(env);
  const { record } = await note(trail, { ...about, actor, type: `${kind}.intent` });
  const end = async (outcome: string, more: JsonObject): Promise<void> => {
    const details = { ...about.details, ...more, intent: record.seq };
    await note(trail, { ...about, actor, type: `${kind}.outcome`, outcome, details }).catch(onLost);
  };
  try {
    const done = await act();
    await end(outcomeOf(done), {});
    return done;
  } catch (error) {
    const { code } = toAppError(error);
    await end(code === 'cancelled' ? 'cancelled' : 'failed', { error: code });
    throw error;
  }
}

export interface AuditedOptions<Done> {
  readonly outcomeOf?: (done: Done) => string;
  readonly onLost?: (error: unknown) => void;
  readonly env?: NodeJS.ProcessEnv;
}

const folderName = 'audit';
