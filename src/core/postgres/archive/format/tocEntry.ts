import type { EntryPlace, TocText } from '../../../base/damage';
import { AppError } from '../../../base/errors';
import type { Layout } from './archiveHead';
import type { ByteWindow } from './byteWindow';
import { beyondLimit, damaged, type Damage } from './damage';
import type { IsValid } from './validText';

/** What an entry is read by. */
export interface TocFormat {
  readonly minor: number;
  readonly offsetSize: number;
  /** default `custom` */
  readonly layout?: Layout;
  /** for texts; that of the archive's encoding, once it is known */
  readonly isValid: IsValid;
}

/**
 * One entry of the table of contents as it stands in the file. The buffers look into the reader's window: they are valid until
 * the next entry is read.
 */
export interface RawTocEntry {
  readonly dumpId: number;
  readonly hasData: boolean;
  readonly tag: Buffer;
  readonly kind: Buffer;
  readonly section: number;
  readonly definition: Buffer;
  /** where the definition starts in the file */
  readonly definitionOffset: number;
  readonly copyStatement: Buffer;
  readonly namespace: Buffer;
  /** empty: the database's own */
  readonly tablespace: Buffer;
  /** of a table; empty where it has none */
  readonly accessMethod: Buffer;
  readonly owner: Buffer;
  /** place of the data block in the file, where pg_dump could write it down */
  readonly dataOffset: number | undefined;
  /** the name of the file with its data, in a layout of files; else empty */
  readonly dataFile: Buffer;
  /** bytes at the entry's end that say where its data is */
  readonly placeBytes: number;
}

/** longer than the names of anything that a server has */
const longestName = 1 << 17;
/** of those that pg_dump makes */
const longestFileName = 100;
/** bytes of a definition: a server would take up to 1 GB, and each is held as a whole */
const longestDefinition = 64_000_000;
/** no server has a text of more */
const longestOfServers = 1 << 30;
/** bytes of what drops it, of a COPY statement */
const longestText = 16 << 20;
/** bytes of an entry as a whole */
const longestEntry = 96_000_000;
/** pg_dump counts what it could dump up from 1 */
const mostDumpIds = 1 << 27;
const offsetNotSet = 1;
const offsetSet = 2;
const offsetNoData = 3;
const nothing = Buffer.alloc(0);

/** Reads the next entry. `place` names it in errors, e.g. `entry 3 of 10`. */
export async function readTocEntry(window: ByteWindow, format: TocFormat, place: EntryPlace): Promise<RawTocEntry> {
  // most entries lie in the window as a whole; one that does not is begun again when its missing bytes are there
  let wanted = 64;
  for (let tries = 1; ; tries += 1) {
    const whole = await window.need(wanted);
    const cursor = new Cursor(window, place);
    const entry = cursor.attempt(format);
    if (entry !== undefined) {
      window.position = cursor.position;
      return entry;
    }
    if (!whole && window.available < cursor.wanted) {
      throw damaged(window.offset + window.available, 'toc.cut', place);
    }
    if (cursor.wanted > longestEntry) {
      throw beyondLimit({ what: 'entry', most: longestEntry, offset: window.offset, entry: cursor.label });
    }
    // one of many small pieces would be begun again for each of them
    wanted = tries < 20 ? cursor.wanted : Math.min(longestEntry, cursor.wanted * 2);
  }
}

/** Signals that the window is too short; never leaves this file. */
class Shortage extends Error {}
const shortage = new Shortage();

class Cursor {
  position: number;
  /** bytes, from the entry's start, that the last attempt lacked */
  wanted = 0;
  readonly #window: ByteWindow;
  readonly #start: number;
  readonly #place: EntryPlace;
  /** of the entry in work, as far as it was read */
  label: EntryPlace;
  #kind = '';

  constructor(window: ByteWindow, place: EntryPlace) {
    this.#window = window;
    this.#start = window.position;
    this.position = window.position;
    this.#place = place;
    this.label = place;
  }

  /** The entry, or undefined where the window is too short for it. */
  attempt(format: TocFormat): RawTocEntry | undefined {
    try {
      return this.#entry(format);
    } catch (error) {
      if (error === shortage) return undefined;
      throw error;
    }
  }

  #entry({ minor, offsetSize, layout, isValid }: TocFormat): RawTocEntry {
    const check = (found: Buffer, what: TocText): Buffer => {
      if (isValid(found)) return found;
      // the names of roles belong to the server, and are there in the encoding of the database in which each was made
      if (isRolesOwn(what, this.#kind) && !found.includes(0)) throw this.#namesRole();
      return this.#refuse({ reason: 'toc.text', what });
    };
    const text = (longest: number, what: TocText): Buffer => check(this.#text(longest), what);
    const dumpId = this.#int();
    if (dumpId <= 0 || dumpId >= mostDumpIds) this.#refuse('toc.dumpId');
    const dumper = this.#int();
    if (dumper !== 0 && dumper !== 1) this.#refuse('toc.dataFlag');
    this.#digits();
    this.#digits();
    const tag = this.#text(longestName);
    const kind = this.#text(100);
    if (!isKind(kind)) this.#refuse('toc.kind');
    this.#kind = kind.toString('latin1');
    check(tag, 'name');
    const section = this.#int();
    if (section < 1 || section > 4) this.#refuse('toc.section');
    const definitionOffset = this.#offset + 5;
    this.label = `${this.#kind} ${tag.toString()}`;
    const definition = text(longestDefinition, 'definition');
    text(longestText, 'drop');
    const copyStatement = text(longestText, 'copy');
    const namespace = text(longestName, 'schema');
    const tablespace = text(longestName, 'tablespace');
    const accessMethod = minor >= 14 ? text(longestName, 'accessMethod') : nothing;
    if (minor >= 16) this.#int();
    const owner = text(longestName, 'owner');
    this.#noOids(minor);
    while (this.#digits() > 0);
    const placeAt = this.position;
    const dataFile = layout === 'files' ? this.#text(longestFileName) : nothing;
    const dataOffset = layout === 'files' ? undefined : this.#dataOffset(offsetSize, dumper === 1);
    const hasData = dumper === 1;
    return {
      dumpId,
      hasData,
      tag,
      kind,
      section,
      definition,
      definitionOffset,
      copyStatement,
      namespace,
      tablespace,
      accessMethod,
      owner,
      dataOffset,
      dataFile,
      placeBytes: this.position - placeAt,
    };
  }

  get #offset(): number {
    return this.#window.offset + this.position - this.#start;
  }

  #noOids(minor: number): void {
    const mark = this.#text(5).toString('latin1');
    if (mark === 'false') return;
    if (mark === 'true' && minor < 14) this.#refuse('toc.withOids');
    this.#refuse('toc.oids');
  }

  #dataOffset(size: number, hasData: boolean): number | undefined {
    this.#has(1 + size);
    const { buffer } = this.#window;
    const state = buffer[this.position] ?? 0;
    const offset =
      size === 8 ? Number(buffer.readBigUInt64LE(this.position + 1)) : buffer.readUInt32LE(this.position + 1);
    this.position += 1 + size;
    const fits = hasData ? state === offsetNotSet || state === offsetSet : state === offsetNoData;
    if (!fits) this.#refuse('toc.dataOffset');
    return state === offsetSet ? offset : undefined;
  }

  /** A text of digits; its length, or 0 for the null that ends a list. */
  #digits(): number {
    const text = this.#text(10);
    for (const byte of text) if (byte < 0x30 || byte > 0x39) this.#refuse('toc.number');
    return text.length;
  }

  #int(): number {
    this.#has(5);
    const { buffer } = this.#window;
    const sign = buffer[this.position] ?? 0;
    if (sign > 1) this.#refuse('number.sign');
    const value = this.#window.view.getUint32(this.position + 1, true);
    this.position += 5;
    return sign === 1 ? -value : value;
  }

  /** A text; null and empty are the same to us. */
  #text(longest: number): Buffer {
    const length = this.#int();
    if (length <= 0) {
      if (length < -1) this.#refuse('toc.length');
      return nothing;
    }
    if (length > longest) {
      if (longest < longestText || length > longestOfServers)
        this.#refuse({ reason: 'toc.longText', bytes: length, most: longest });
      throw beyondLimit({ what: 'text', size: length, most: longest, offset: this.#offset, entry: this.label });
    }
    this.#has(length);
    this.position += length;
    return this.#window.buffer.subarray(this.position - length, this.position);
  }

  #has(count: number): void {
    if (this.position + count <= this.#window.buffer.length) return;
    this.wanted = this.position + count - this.#start;
    throw shortage;
  }

  #namesRole(): AppError {
    return new AppError('archive.roleName', { entry: this.label, offset: this.#offset });
  }

  #refuse(what: Damage): never {
    throw damaged(this.#offset, what, this.#place);
  }
}

/** What may hold the name of a role: an owner, and the entries that name some. */
function isRolesOwn(what: TocText, kind: string): boolean {
  return what === 'owner' || namingRoles.has(kind);
}

const namingRoles: ReadonlySet<string> = new Set([
  ...['ACL', 'ACL LANGUAGE', 'DEFAULT ACL', 'POLICY', 'USER MAPPING', 'DATABASE PROPERTIES'],
]);

function isKind(kind: Buffer): boolean {
  for (const byte of kind) if (byte !== 0x20 && (byte < 0x41 || byte > 0x5a)) return false;
  return kind.length > 0;
}
