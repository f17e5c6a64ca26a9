/** Why the lexer stopped. `dropped`: how many of the bytes it went over do not belong to the statement. */
export interface LexerEvent {
  /** the end of a statement; a backslash, which is in front of the reader then; white space or a comment where no statement has begun */
  readonly what: 'end' | 'command' | 'skipped';
  readonly dropped: number;
}

type State = 'plain' | 'quote' | 'escape' | 'identifier' | 'dollar' | 'block' | 'line';

/**
 * Knows of SQL what psql knows (its psqlscan.l): where a statement ends. One statement after the other; `restart` between them. It looks `ahead` bytes
 * forward at most, so it must be given as many, or the end.
 */
export class Lexer {
  standardStrings = true;
  /** the encoding has signs whose second byte looks like another sign */
  isUnsafe = false;
  #state: State = 'plain';
  #tag = '';
  #comments = 0;
  #parentheses = 0;
  #bodies = 0;
  #words = 0;
  #initials = '';
  #copy: 'no' | 'copy' | 'from' | 'stdin' = 'no';
  #sawToken = false;
  /** the word in work is what the statement begins with */
  #isFirst = true;

  /** A new statement begins. */
  restart(): void {
    this.#state = 'plain';
    this.#parentheses = 0;
    this.#bodies = 0;
    this.#words = 0;
    this.#initials = '';
    this.#copy = 'no';
    this.#sawToken = false;
  }

  /** In a quotation, a comment, parentheses or a body. */
  get isInside(): boolean {
    const isOutside = this.#state === 'plain' || this.#state === 'line';
    return !isOutside || this.#parentheses > 0 || this.#bodies > 0;
  }

  /** There was more than white space and comments. */
  get sawToken(): boolean {
    return this.#sawToken;
  }

  get isCopyFromStdin(): boolean {
    return this.#copy === 'stdin';
  }

  /** Goes on from `from`; `isFirst`: nothing of a statement was seen yet. Stops at an event, or where it would have to look further than there is. */
  run(bytes: Buffer, from: number, isOver: boolean, isFirst: boolean): { to: number; event?: LexerEvent } {
    const last = isOver ? bytes.length : bytes.length - 260;
    let at = from;
    if (isFirst && this.#state === 'plain') {
      const skipped = this.#skip(bytes, at, isOver);
      if (skipped > at) return { to: skipped, event: { what: 'skipped', dropped: 0 } };
    }
    while (at < last) {
      const byte = bytes[at] ?? 0;
      if (this.isUnsafe && byte > 0x80 && this.#state !== 'dollar') {
        at += 2;
        continue;
      }
      switch (this.#state) {
        case 'plain': {
          if (byte === semicolon && this.#parentheses === 0 && this.#bodies === 0) {
            return { to: at + 1, event: { what: 'end', dropped: 1 } };
          }
          if (byte === backslash) {
            const next = bytes[at + 1];
            if (next !== semicolon && next !== colon) return { to: at, event: { what: 'command', dropped: 0 } };
            at += 2;
          } else at = this.#plain(bytes, at, byte);
          break;
        }
        case 'quote': {
          const end = bytes.indexOf(quote, at);
          if (end < 0) return { to: bytes.length };
          at = end + 1;
          this.#state = 'plain';
          break;
        }
        case 'escape':
          if (byte === backslash) at += 2;
          else {
            at += 1;
            // a string that goes on in the next line is another one to psql, which reads line by line
            if (byte === quote) this.#state = 'plain';
          }
          break;
        case 'identifier': {
          const end = bytes.indexOf(doubleQuote, at);
          if (end < 0) return { to: bytes.length };
          at = end + 1;
          this.#state = 'plain';
          break;
        }
        case 'dollar': {
          const end = bytes.indexOf(this.#tag, at, 'latin1');
          if (end < 0) return { to: Math.max(at, isOver ? bytes.length : bytes.length - this.#tag.length) };
          at = end + this.#tag.length;
          this.#state = 'plain';
          break;
        }
        case 'line': {
          const end = bytes.indexOf(10, at);
          if (end < 0) return { to: bytes.length };
          at = end;
          this.#state = 'plain';
          break;
        }
        case 'block':
          at = this.#block(bytes, at, byte);
          break;
      }
    }
    return { to: Math.min(at, bytes.length) };
  }

  /** White space and comments in front of a statement, one of them at a time. */
  #skip(bytes: Buffer, from: number, isOver: boolean): number {
    let at = from;
    while (at < bytes.length && isSpace(bytes[at] ?? 0)) at += 1;
    if (at > from) return at;
    if (bytes[at] === minus && bytes[at + 1] === minus) {
      const end = bytes.indexOf(10, at);
      if (end >= 0) return end + 1;
      return isOver ? bytes.length : at;
    }
    return from;
  }

  #plain(bytes: Buffer, at: number, byte: number): number {
    const next = bytes[at + 1];
    if (byte === minus && next === minus) {
      this.#state = 'line';
      return at + 2;
    }
    if (byte === slash && next === star) {
      this.#state = 'block';
      this.#comments = 1;
      return at + 2;
    }
    this.#isFirst = !this.#sawToken;
    if (!isSpace(byte)) this.#sawToken = true;
    switch (byte) {
      case quote:
        this.#state = this.standardStrings ? 'quote' : 'escape';
        return at + 1;
      case doubleQuote:
        this.#state = 'identifier';
        return at + 1;
      case 0x28:
        this.#parentheses += 1;
        return at + 1;
      case 0x29:
        if (this.#parentheses > 0) this.#parentheses -= 1;
        return at + 1;
      case dollar: {
        if (isDigit(next ?? 0)) return endOfNumber(bytes, at + 1);
        const end = endOfTag(bytes, at);
        if (end === undefined) return at + 1;
        this.#tag = bytes.toString('latin1', at, end);
        this.#state = 'dollar';
        return end;
      }
      default:
        if (isDigit(byte)) return endOfNumber(bytes, at);
        return beginsName(byte) ? this.#word(bytes, at) : at + 1;
    }
  }

  #word(bytes: Buffer, at: number): number {
    let end = at + 1;
    while (end < bytes.length && goesOnName(bytes[end] ?? 0)) end += 1;
    const behind = bytes[end];
    if (end === at + 1) {
      const letter = (bytes[at] ?? 0) | 0x20;
      if (behind === quote && (letter === 0x65 || letter === 0x62 || letter === 0x78)) {
        this.#state = letter === 0x65 ? 'escape' : 'quote';
        return end + 1;
      }
      if (letter === 0x75 && behind === 0x26) {
        const opening = bytes[end + 1];
        if (opening === quote || opening === doubleQuote) {
          this.#state = opening === quote ? 'quote' : 'identifier';
          return end + 2;
        }
      }
    }
    // a long one may be cut here: none of the words that count is long
    this.#count(end - at > 20 ? '' : bytes.toString('latin1', at, end).toLowerCase());
    return end;
  }

  /** What psql counts of words, to see the body of a function between BEGIN ATOMIC and END; and what tells a COPY that rows follow. */
  #count(word: string): void {
    if (ofFunctions.has(word) && this.#words < 4)
      this.#initials = this.#initials.padEnd(this.#words, ' ') + (word[0] ?? '');
    this.#words += 1;
    if (this.#parentheses > 0) return;
    if (this.#words === 1) this.#copy = word === 'copy' && this.#isFirst ? 'copy' : 'no';
    else if (this.#copy === 'copy' && word === 'from') this.#copy = 'from';
    else if (this.#copy === 'from') this.#copy = word === 'stdin' ? 'stdin' : 'copy';
    if (!/^c(?:[fp]|or[fp])/.test(this.#initials)) return;
    if (word === 'begin') this.#bodies += 1;
    else if (word === 'case' && this.#bodies > 0) this.#bodies += 1;
    else if (word === 'end' && this.#bodies > 0) this.#bodies -= 1;
  }

  /** Comments of this kind nest. */
  #block(bytes: Buffer, at: number, byte: number): number {
    const next = bytes[at + 1];
    if (byte === star && next === slash) {
      this.#comments -= 1;
      if (this.#comments === 0) this.#state = 'plain';
      return at + 2;
    }
    if (byte === slash && next === star) {
      this.#comments += 1;
      return at + 2;
    }
    return at + 1;
  }
}

const semicolon = 0x3b;
const colon = 0x3a;
const backslash = 0x5c;
const quote = 0x27;
const doubleQuote = 0x22;
const minus = 0x2d;
const slash = 0x2f;
const star = 0x2a;
const dollar = 0x24;

const ofFunctions: ReadonlySet<string> = new Set(['create', 'function', 'procedure', 'or', 'replace']);

function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** A name that follows a number without a space belongs to it: its E begins no string. */
function endOfNumber(bytes: Buffer, at: number): number {
  let end = at;
  while (isDigit(bytes[end] ?? 0) || (bytes[end] === 0x5f && isDigit(bytes[end + 1] ?? 0))) end += 1;
  if (beginsName(bytes[end] ?? 0)) while (goesOnName(bytes[end] ?? 0)) end += 1;
  return end;
}

function beginsName(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f || byte > 0x7f;
}

function goesOnName(byte: number): boolean {
  return beginsName(byte) || isDigit(byte) || byte === dollar;
}

/** Behind the tag that opens a dollar quote here; undefined where none does. */
function endOfTag(bytes: Buffer, at: number): number | undefined {
  let end = at + 1;
  if (bytes[end] === dollar) return end + 1;
  if (!beginsName(bytes[end] ?? 0)) return undefined;
  while (end < bytes.length && bytes[end] !== dollar && goesOnName(bytes[end] ?? 0)) end += 1;
  return bytes[end] === dollar ? end + 1 : undefined;
}
