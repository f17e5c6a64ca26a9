import { readJson } from '../../base/json';
import { item, leadsTo, type JsonPath, type JsonPlace } from './jsonPaths';

/** What is done with the scalars that a path leads to. */
export interface JsonRule {
  readonly path: JsonPath;
  /** makes of a scalar (a text, or a number as it is written) another text; undefined: null. `keep` leaves all of it as it is, `null` puts null in the place of whatever is there */
  readonly mask: 'keep' | 'null' | ((value: string) => string | undefined);
}

/** What a document is masked with. */
export interface JsonMasks {
  /** the first that leads to a place counts */
  readonly rules: readonly JsonRule[];
  /** for texts that no rule leads to */
  readonly rest: (value: string) => string | undefined;
  /** for names of members that no rule names, where no rule keeps what is there: a name may be somebody's, too */
  readonly name: (name: string) => string;
  /** bytes, a character each, to text, and back: a text that cannot be written back in the archive's encoding is none of ours */
  readonly decode: (bytes: string) => string;
  /** of jsonb: what is changed is written as the server writes it, members in its order */
  readonly binary?: boolean;
}

/**
 * A document of JSON with its scalars masked. What is kept stays byte for byte, numbers and order and doubled names too. Undefined where it is no JSON, or nested deeper than
 * any that a person wrote. Bytes are characters. Linear in time.
 */
export class JsonMasker {
  readonly #masks: JsonMasks;
  /** names that a path of a rule says */
  readonly #named: ReadonlySet<string>;
  /** what was found for a place before */
  readonly #known = new Map<string, JsonRule | undefined>();

  constructor(masks: JsonMasks) {
    this.#masks = masks;
    const steps = masks.rules.flatMap(({ path }) => path.steps);
    this.#named = new Set(steps.flatMap((step) => (step.is === 'name' ? [step.name] : [])));
  }

  mask(document: string): string | undefined {
    try {
      return new Walk(document, this.#masks, this.#named, (place) => this.#ruleAt(place)).result();
    } catch (error) {
      if (error === notJson) return undefined;
      throw error;
    }
  }

  #ruleAt(place: JsonPlace): JsonRule | undefined {
    const key = place.map((part) => (part === item ? '[' : `.${part.length}.${part}`)).join('');
    if (this.#known.has(key)) return this.#known.get(key);
    const rule = this.#masks.rules.find(({ path }) => leadsTo(path, place));
    if (this.#known.size > 10_000) this.#known.clear();
    this.#known.set(key, rule);
    return rule;
  }
}

const notJson = new Error('not JSON');
const deepest = 500;
const space = /[ \t\n\r]*/y;
const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const word = /true|false|null/y;

class Walk {
  #at = 0;
  #out = '';
  /** up to where the document is in `#out` */
  #copied = 0;
  readonly #place: (string | typeof item)[] = [];

  constructor(
    private readonly text: string,
    private readonly masks: JsonMasks,
    private readonly named: ReadonlySet<string>,
    private readonly ruleAt: (place: JsonPlace) => JsonRule | undefined,
  ) {}

  result(): string {
    this.#value();
    this.#spaces();
    if (this.#at !== this.text.length) throw notJson;
    return this.#out + this.text.slice(this.#copied);
  }

  #value(): void {
    if (this.#place.length > deepest) throw notJson;
    this.#spaces();
    const from = this.#at;
    const rule = this.ruleAt(this.#place);
    const sign = this.text.charAt(from);
    if (rule?.mask === 'null' && sign !== 'n') {
      const copied = this.#copied;
      const out = this.#out;
      this.#inside(sign, undefined);
      this.#out = out;
      this.#copied = copied;
      this.#replace(from, 'null');
    } else this.#inside(sign, rule);
  }

  #inside(sign: string, rule: JsonRule | undefined): void {
    if (sign === '{') this.#object(rule);
    else if (sign === '[') this.#array();
    else if (sign === '"') this.#string(rule);
    else this.#scalar(rule);
  }

  #object(rule: JsonRule | undefined): void {
    this.#at += 1;
    this.#spaces();
    if (this.#takes('}')) return;
    if (this.masks.binary === true && rule?.mask !== 'keep') this.#sorted(rule);
    else this.#members(rule, () => undefined);
    if (!this.#takes('}')) throw notJson;
  }

  /** jsonb has its members by length, then by bytes, and other names have another order. */
  #sorted(rule: JsonRule | undefined): void {
    const before = this.#out + this.text.slice(this.#copied, this.#at);
    const members: { readonly name: string; readonly text: string }[] = [];
    this.#out = '';
    this.#copied = this.#at;
    this.#members(rule, () => {
      const text = this.#out + this.text.slice(this.#copied, this.#at);
      members.push({ name: memberName(text), text });
      this.#out = '';
      // behind the comma, and the blank that the server sets there
      this.#copied = this.#at + (this.text.charAt(this.#at) === ',' ? 1 : 0);
      while (this.text.charAt(this.#copied) === ' ') this.#copied += 1;
    });
    members.sort((left, right) => left.name.length - right.name.length || (left.name < right.name ? -1 : 1));
    this.#out = before + members.map(({ text }) => text).join(', ');
    this.#copied = this.#at;
  }

  /** Up to the sign that ends them; `done` is told behind each. */
  #members(rule: JsonRule | undefined, done: () => void): void {
    do {
      this.#spaces();
      const from = this.#at;
      const name = this.#text();
      if (rule?.mask !== 'keep' && !this.named.has(name) && !this.#isKept(name)) {
        this.#replace(from, this.#quoted(this.masks.name(name)));
      }
      this.#spaces();
      if (!this.#takes(':')) throw notJson;
      this.#place.push(name);
      this.#value();
      this.#place.pop();
      this.#spaces();
      done();
    } while (this.#takes(','));
  }

  #isKept(name: string): boolean {
    return this.ruleAt([...this.#place, name])?.mask === 'keep';
  }

  #array(): void {
    this.#at += 1;
    this.#spaces();
    if (this.#takes(']')) return;
    this.#place.push(item);
    do {
      this.#value();
      this.#spaces();
    } while (this.#takes(','));
    this.#place.pop();
    if (!this.#takes(']')) throw notJson;
  }

  #string(rule: JsonRule | undefined): void {
    const from = this.#at;
    const value = this.#text();
    if (rule?.mask === 'keep') return;
    const mask = typeof rule?.mask === 'function' ? rule.mask : this.masks.rest;
    const masked = value === '' ? '' : mask(value);
    this.#replace(from, masked === undefined ? 'null' : this.#quoted(masked));
  }

  /** A number stays one: what a rule makes of it is a number where it can be written as one; without a rule it is 0. */
  #scalar(rule: JsonRule | undefined): void {
    const from = this.#at;
    if (this.#match(word) !== undefined) return;
    const value = this.#match(number);
    if (value === undefined) throw notJson;
    if (rule?.mask === 'keep') return;
    if (typeof rule?.mask !== 'function') {
      this.#replace(from, '0');
      return;
    }
    const masked = rule.mask(value);
    if (masked === undefined) this.#replace(from, 'null');
    else this.#replace(from, isNumber.test(masked) ? this.#number(masked) : this.#quoted(masked));
  }

  #quoted(text: string): string {
    return this.masks.binary === true ? jsonbString(text) : jsonString(text);
  }

  /** jsonb knows no negative zero. */
  #number(text: string): string {
    return this.masks.binary === true && /^-0(?:\.0+)?$/.test(text) ? text.slice(1) : text;
  }

  /** The text of a string, decoded; `#at` is behind it then. */
  #text(): string {
    const from = this.#at;
    if (this.text.charAt(from) !== '"') throw notJson;
    let at = from + 1;
    while (at < this.text.length && this.text.charAt(at) !== '"') at += this.text.charAt(at) === '\\' ? 2 : 1;
    if (at >= this.text.length) throw notJson;
    this.#at = at + 1;
    const bytes = this.text.slice(from, this.#at);
    if (!bytes.includes('\\')) return this.masks.decode(bytes.slice(1, -1));
    try {
      return readJson(this.masks.decode(bytes).replaceAll(/[\u0000-\u001f]/g, ' ')) as string;
    } catch {
      throw notJson;
    }
  }

  #replace(from: number, by: string): void {
    this.#out += this.text.slice(this.#copied, from) + by;
    this.#copied = this.#at;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #spaces(): void {
    this.#match(space);
  }

  #takes(sign: string): boolean {
    if (this.text.charAt(this.#at) !== sign) return false;
    this.#at += 1;
    return true;
  }
}

const isNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/** The bytes of a member's name, a character each. */
function memberName(member: string): string {
  let end = 1;
  while (end < member.length && member.charAt(end) !== '"') end += member.charAt(end) === '\\' ? 2 : 1;
  return readJson(member.slice(0, end + 1)) as string;
}

/** As the server writes one of jsonb: what is not ASCII as it is, which only an archive in UTF-8 has. Bytes are characters. */
export function jsonbString(text: string): string {
  return Buffer.from(JSON.stringify(text), 'utf8').toString('latin1');
}

/** In ASCII, which every encoding has. */
export function jsonString(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u007f-\uffff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
