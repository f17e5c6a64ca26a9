import { createHash } from 'node:crypto';
import { AppError, reasonOf } from '../base/errors';
import { backupPrefix, manifestFile, signatureFile } from '../store/layout';
import { getIfThere, type Store } from '../store/store';
import { isInCatalog } from './catalog';
import { atOf } from './atOf';
import type { BackupAt, BackupSummary } from './manifest';
import { longestManifest } from './parseManifest';

/** What is sent: its files as they lie there, so that an encrypted one needs no key. */
type SentBackup = Pick<BackupSummary, 'id' | 'folder' | 'at' | 'manifest'>;

export interface SendWork {
  readonly signal: AbortSignal;
  /** of all that is sent and read back, how much has been */
  readonly onBytes?: (bytes: number, total: number) => void;
}

/** What came of sending. `there`: the same backup was there already. */
export interface Sent {
  readonly state: 'sent' | 'there';
  readonly at: BackupAt;
  readonly objects: number;
  readonly bytes: number;
}

/**
 * Copies a backup into another store under the same key, the manifest last, so that it is listed there only when all of it is there. Each object is read back from there, and its digest must be
 * that of what was read here; the archive's that of the manifest as well. After an error what was sent is removed again. Throws `store.exists` where another backup has its id,
 * `backup.damaged` where what is here is not what the manifest says, `store.cut` where what arrived is not what was sent, `cancelled`, and what the stores say.
 */
export async function sendBackup(entry: SentBackup, to: Store, work: SendWork): Promise<Sent> {
  if (!isInCatalog(entry)) throw new AppError('usage', { rule: 'send.foreign', backup: entry.id });
  const from = atOf(entry);
  const at: BackupAt = { store: to, prefix: backupPrefix(entry.manifest.source, entry.id) };
  const manifest = await from.store.get(from.prefix + manifestFile, longestManifest);
  const there = await getIfThere(to, at.prefix + manifestFile, longestManifest);
  if (there && !there.equals(manifest)) throw new AppError('store.exists', { key: at.prefix + manifestFile });
  const objects: { readonly name: string; readonly size: number }[] = [];
  for await (const { key, size } of from.store.list(from.prefix, { signal: work.signal })) {
    const name = key.slice(from.prefix.length);
    if (name !== manifestFile && name !== signatureFile) objects.push({ name, size });
  }
  if (await from.store.stat(from.prefix + signatureFile)) objects.push({ name: signatureFile, size: 0 });
  objects.push({ name: manifestFile, size: manifest.length });
  const bytes = objects.reduce((sum, { size }) => sum + size, 0);
  const sending = new Sending(from, at, entry, bytes, work);
  // what lies there is held against what lies here all the same
  if (there) for (const { name } of objects) await sending.mustBeThere(name);
  else await sending.all(objects.map(({ name }) => name));
  return { state: there ? 'there' : 'sent', at, objects: objects.length, bytes };
}

class Sending {
  #bytes = 0;
  readonly #made: string[] = [];

  constructor(
    private readonly from: BackupAt,
    private readonly to: BackupAt,
    private readonly entry: SentBackup,
    private readonly total: number,
    private readonly work: SendWork,
  ) {}

  async all(names: readonly string[]): Promise<void> {
    try {
      for (const name of names) await this.#send(name);
      await this.#mustAllBeThere(names);
    } catch (error) {
      await this.#takeBack();
      throw reasonOf(error, this.work.signal);
    }
  }

  /** The last first: never a manifest of what is gone. Where somebody else sealed it meanwhile it is theirs, and where that cannot be known everything stays: without a manifest it is no backup. */
  async #takeBack(): Promise<void> {
    const manifest = this.to.prefix + manifestFile;
    const isOthers = await this.to.store.stat(manifest).then(
      (found) => found !== undefined && !this.#made.includes(manifest),
      () => true,
    );
    if (isOthers) return;
    for (const key of this.#made.reverse()) await this.to.store.remove(key).catch(() => undefined);
  }

  /** Another sender of the same may have taken back what both wrote. */
  async #mustAllBeThere(names: readonly string[]): Promise<void> {
    const { store, prefix } = this.to;
    for (const name of names) {
      if ((await store.stat(prefix + name)) === undefined) throw new AppError('store.cut', { name: prefix + name });
    }
  }

  /** Throws `store.cut` for an object that is not the same in both. */
  async mustBeThere(name: string): Promise<void> {
    const here = await this.#digest(this.from, name);
    this.#mustBeOfManifest(name, here);
    this.#mustBeSame(name, here, await this.#digest(this.to, name));
  }

  async #send(name: string): Promise<void> {
    const key = this.to.prefix + name;
    const source = await this.from.store.open(this.from.prefix + name);
    const upload = await this.to.store.create(key);
    const hash = createHash('sha256');
    try {
      for await (const piece of source.read({ signal: this.work.signal })) {
        hash.update(piece);
        await upload.write(piece);
        this.#moved(piece.length);
      }
      const digest = hash.digest('hex');
      this.#mustBeOfManifest(name, digest);
      await this.#commit(upload, key);
      this.#mustBeSame(name, digest, await this.#digest(this.to, name));
    } finally {
      await upload.abort();
    }
  }

  /** What an earlier sending left that was cut off, without a manifest, is no backup: it is written over. */
  async #commit(upload: Awaited<ReturnType<Store['create']>>, key: string): Promise<void> {
    const isManifest = key.endsWith(`/${manifestFile}`);
    await upload.commit({ ifAbsent: isManifest });
    this.#made.push(key);
  }

  async #digest({ store, prefix }: BackupAt, name: string): Promise<string> {
    const source = await store.open(prefix + name);
    const hash = createHash('sha256');
    for await (const piece of source.read({ signal: this.work.signal })) {
      hash.update(piece);
      this.#moved(piece.length);
    }
    return hash.digest('hex');
  }

  #moved(bytes: number): void {
    this.#bytes += bytes;
    // once on the way there, once on the way back
    this.work.onBytes?.(Math.min(this.#bytes, 2 * this.total), 2 * this.total);
  }

  #mustBeOfManifest(name: string, digest: string): void {
    const { archive, encryption, files } = this.entry.manifest;
    // of an encrypted archive the manifest has the digest of what it decrypts to, and beside it that of what lies there
    const own = name === archive.file && encryption === undefined ? archive.sha256 : undefined;
    const said = files?.[name]?.sha256 ?? own;
    if (said === undefined || said === digest) return;
    const backup = this.entry.id;
    if (name === archive.file) throw new AppError('backup.damaged', { backup, reason: 'archive.digest' });
    throw new AppError('backup.damaged', { backup, reason: 'file.digest', file: name });
  }

  #mustBeSame(name: string, here: string, there: string): void {
    if (here !== there) throw new AppError('store.cut', { name: `${this.to.store.name}/${this.to.prefix}${name}` });
  }
}
