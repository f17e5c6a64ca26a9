import { Decrypter, Encrypter, type Identity as StanzaOpener, type Stanza } from 'age-encryption';
import { AppError } from '../base/errors';
import { nonceBytes, tagBytes } from './chunks';

/** What opens a header. */
export interface Opener {
  /** the secret itself, as the library takes it */
  readonly opens: string | StanzaOpener;
}

/** How an age file begins: whoever holds one of some identities finds the key of its payload in it. */
export interface Header {
  /** up to and with the line of its MAC */
  readonly bytes: Buffer;
  readonly fileKey: Uint8Array;
}

/** A header with a new file key, for all of these. Throws `recipient.invalid` where there is none, or one is no recipient. */
export async function makeHeader(recipients: readonly string[]): Promise<Header> {
  if (recipients.length === 0) throw new AppError('recipient.invalid', { reason: 'none' });
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  let fileKey: Uint8Array | undefined;
  encrypter.addRecipient({
    wrapFileKey: (key) => {
      fileKey = Uint8Array.from(key);
      return [];
    },
  });
  const empty = Buffer.from(await encrypter.encrypt(new Uint8Array(0)));
  if (!fileKey) throw new AppError('internal', { message: 'age-encryption gave no file key' });
  return { bytes: empty.subarray(0, empty.length - nonceBytes - tagBytes), fileKey };
}

/**
 * The file key in a header. Throws `encrypted.damaged` { name, offset, reason: 'header' | 'mac' }, `encrypted.locked` { name, reason: 'identity' | 'passphrase', kinds? } where none of the identities
 * opens it: it is not for them, or what is for them was changed.
 */
export async function openHeader(name: string, header: Buffer, openers: readonly Opener[]): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  const found: { stanzas?: readonly Stanza[]; none: boolean } = { none: false };
  const seen = (act: (all: readonly Stanza[]) => void): StanzaOpener => ({
    unwrapFileKey: (all) => {
      act(all);
      return null;
    },
  });
  decrypter.addIdentity(seen((all) => (found.stanzas = all)));
  for (const { opens } of openers) decrypter.addIdentity(opens);
  decrypter.addIdentity(seen(() => (found.none = true)));
  try {
    return await decrypter.decryptHeader(header);
  } catch (error) {
    // what one of them says of itself: a work factor, for example
    if (error instanceof AppError) throw error;
    if (!found.stanzas) throw new AppError('encrypted.damaged', { name, offset: 0, reason: 'header' });
    if (!found.none) throw new AppError('encrypted.damaged', { name, offset: 0, reason: 'mac' });
    const kinds = [...new Set(found.stanzas.map(({ args: [kind = ''] }) => kind))].filter((kind) =>
      /^[\w./@-]{1,60}$/.test(kind),
    );
    throw new AppError('encrypted.locked', {
      name,
      reason: kinds.includes('scrypt') ? 'passphrase' : 'identity',
      kinds: kinds.slice(0, 10),
    });
  }
}

/** Finds the end of a header in bytes that come piece by piece. */
export class HeaderFinder {
  private head = Buffer.alloc(0);
  /** where the line of the MAC begins, once it was seen */
  private mac = -1;

  constructor(private readonly name: string) {}

  /** The header, and what came behind it; undefined until all of it is there. Throws `encrypted.damaged` { reason: 'notAge' | 'armor' | 'header' }. */
  push(piece: Buffer): { readonly header: Buffer; readonly rest: Buffer } | undefined {
    const looked = Math.max(0, this.head.length - macLine.length);
    this.head = Buffer.concat([this.head, piece]);
    if (!startsAlike(this.head, firstLine)) {
      const reason = startsAlike(this.head, armorLine) ? 'armor' : 'notAge';
      if (reason === 'notAge' || this.head.length >= armorLine.length) throw this.damaged(reason);
      return undefined;
    }
    if (this.mac < 0) this.mac = this.head.indexOf(macLine, looked);
    const end = this.mac < 0 ? -1 : this.head.indexOf('\n', this.mac + macLine.length);
    if (end >= 0) return { header: this.head.subarray(0, end + 1), rest: this.head.subarray(end + 1) };
    if (this.head.length > mostHeader) throw this.damaged('header');
    return undefined;
  }

  /** The bytes ended before the header did. */
  cut(): AppError {
    return this.damaged(this.head.length < firstLine.length ? 'notAge' : 'header');
  }

  private damaged(reason: string): AppError {
    return new AppError('encrypted.damaged', { name: this.name, offset: 0, reason });
  }
}

function startsAlike(bytes: Buffer, wanted: Buffer): boolean {
  const length = Math.min(bytes.length, wanted.length);
  return bytes.subarray(0, length).equals(wanted.subarray(0, length));
}

const firstLine = Buffer.from('age-encryption.org/v1\n');
const armorLine = Buffer.from('-----BEGIN AGE ENCRYPTED FILE-----');
const macLine = Buffer.from('\n--- ');
/** Some hundred recipients that withstand quantum computers. */
const mostHeader = 512 * 1024;
