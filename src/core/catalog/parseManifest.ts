import type { FieldProblem } from '../base/damage';
import { defined } from '../base/defined';
import { parseJson, type JsonObject } from '../base/json';
import { AppError } from '../base/errors';
import type { Contents, Manifest, SealedManifest, ShortManifest, Verification } from './manifest';

/** The most bytes that a manifest may have: with 50,000 tables it has tens of megabytes. */
export const longestManifest = 256e6;

/** What stands in a manifest, or in a file beside it. Throws `backup.damaged` where that is no JSON. Pure. */
export function jsonIn(text: Buffer | string): unknown {
  const value = parseJson(text);
  if (value === undefined) throw new AppError('backup.damaged', { reason: 'manifest.json' });
  return value;
}

/**
 * A manifest of format 1 from what JSON says. Anybody may have written it: each field is of its kind, no text is longer than such a text can be, and the archive is
 * a file of its own folder. What is not known here stays as it is. Throws `backup.damaged` that names the field, `backup.newer` for a later format; neither knows whose it is.
 */
export function parseManifest(value: unknown): Manifest {
  mustBeOf(1, value);
  whole(value, 'it');
  return value as Manifest;
}

/** The same without what grows with the database. */
export function parseShortManifest(value: unknown): ShortManifest {
  mustBeOf(1, value);
  short(value, 'it');
  return value as ShortManifest;
}

/** `manifest.json` of format 2. Errors are those of `parseManifest`. */
export function parseSealed(value: unknown): SealedManifest {
  mustBeOf(2, value);
  sealed(value, 'it');
  return value as SealedManifest;
}

/** `contents.json` of the backup with this id. Errors are those of `parseManifest`. */
export function parseContents(value: unknown, ofBackup: string): Contents {
  contents(value, 'it');
  const {
    backup,
    digest: version,
    tables,
    sequences,
    largeObjects,
    generated,
    counted,
    roles,
    extensions,
    masked,
  } = value as Contents & {
    backup: string;
  };
  if (backup !== ofBackup) throw new AppError('backup.damaged', { reason: 'contents.of', of: backup });
  return {
    ...(version === undefined ? {} : { digest: version }),
    ...{ tables, sequences, largeObjects },
    ...(generated === undefined ? {} : { generated }),
    ...(counted === undefined ? {} : { counted }),
    ...(roles === undefined ? {} : { roles }),
    ...(extensions === undefined ? {} : { extensions }),
    ...(masked === undefined ? {} : { masked }),
  };
}

/** What a later verification says of a backup. */
export interface SaidVerification extends Verification {
  readonly backup: string;
  /** SHA-256 of the archive that was verified */
  readonly archive: string;
  /** SHA-256 of the manifest that it was held against; of format 2 alone, where a manifest never changes */
  readonly manifest?: string;
}

/** An object of `verified/`, its signatures taken apart. Throws `backup.damaged` that names the field. */
export function parseVerification(value: unknown): SaidVerification {
  verification(value, 'it');
  return value as SaidVerification;
}

/** Who keeps a backup from being deleted, and why. */
export interface Hold {
  readonly backup: string;
  readonly owner: string;
  readonly reason: string;
  readonly time: string;
}

/** `hold.json`. Throws `backup.damaged` that names the field. */
export function parseHold(value: unknown): Hold {
  hold(value, 'it');
  return value as Hold;
}

/** Which format a manifest says it is of. Throws `backup.damaged` for what is no manifest of a backup, `backup.newer` { version } for a later one. */
export function formatOf(value: unknown): 1 | 2 {
  const { format, formatVersion } = (value ?? {}) as Partial<Record<keyof Manifest, unknown>>;
  if (format !== 'db-ferry-backup') throw new AppError('backup.damaged', { reason: 'manifest.format' });
  if (formatVersion === 1 || formatVersion === 2) return formatVersion;
  if (Number.isSafeInteger(formatVersion) && Number(formatVersion) > 2) {
    throw new AppError('backup.newer', { version: Number(formatVersion) });
  }
  throw new AppError('backup.damaged', { reason: 'manifest.version', version: String(formatVersion).slice(0, 20) });
}

function mustBeOf(version: 1 | 2, value: unknown): void {
  const found = formatOf(value);
  if (found !== version) throw new AppError('backup.damaged', { reason: 'manifest.version', version: String(found) });
}

type Check = (value: unknown, at: string) => void;

/** A field that may be missing. */
interface Optional {
  readonly optional: Check;
}

const text =
  (most = 1024): Check =>
  (value, at) => {
    if (typeof value !== 'string') throw wrong(at, 'text');
    if (value.length > most) throw wrong(at, 'long');
  };

const matching =
  (form: RegExp): Check =>
  (value, at) => {
    if (typeof value !== 'string' || !form.test(value)) throw wrong(at, 'form');
  };

const one =
  (...words: readonly unknown[]): Check =>
  (value, at) => {
    if (!words.includes(value)) throw wrong(at, 'one', words.map(String));
  };

const number: Check = (value, at) => {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) throw wrong(at, 'number');
};

const boolean: Check = (value, at) => {
  if (typeof value !== 'boolean') throw wrong(at, 'boolean');
};

const time: Check = (value, at) => {
  text(40)(value, at);
  if (Number.isNaN(Date.parse(String(value)))) throw wrong(at, 'time');
};

const list =
  (each: Check): Check =>
  (value, at) => {
    if (!Array.isArray(value)) throw wrong(at, 'list');
    for (const [index, item] of value.entries()) each(item, `${at}[${index}]`);
  };

const record =
  (each: Check): Check =>
  (value, at) => {
    for (const [name, item] of Object.entries(object(value, at))) each(item, `${at}.${name.slice(0, 80)}`);
  };

const shape =
  (fields: Readonly<Record<string, Check | Optional>>): Check =>
  (value, at) => {
    const found = object(value, at);
    for (const [name, check] of Object.entries(fields)) {
      const here = Object.hasOwn(found, name) ? found[name] : undefined;
      if (typeof check === 'function') check(here, `${at}.${name}`);
      else if (here !== undefined) check.optional(here, `${at}.${name}`);
    }
  };

const optional = (check: Check): Optional => ({ optional: check });

function object(value: unknown, at: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(at, 'object');
  return value as JsonObject;
}

function wrong(at: string, is: FieldProblem, known?: readonly string[]): AppError {
  const field = { at: at.replace(/^it\.?/, ''), is, ...defined({ known }) };
  return new AppError('backup.damaged', { reason: 'manifest.field', ...field });
}

const id = matching(/^\d{8}T\d{6}Z-[0-9a-f]{6}$/);
const digest = matching(/^[0-9a-f]{0,64}$/);
const sha256 = matching(/^[0-9a-f]{64}$/);
/** Names in PostgreSQL have 63 bytes, with prefixes of tools a little more; those of statements may be long. */
const name = text(8192);

const header = shape({
  version: text(),
  compression: one('none', 'gzip', 'lz4', 'zstd'),
  created: text(),
  database: text(),
  serverVersion: text(),
  dumpVersion: text(),
  encoding: text(),
  entryCount: number,
});

const masked = shape({
  rules: sha256,
  key: matching(/^[0-9a-f]{16}$/),
  columns: list(
    shape({
      ...{ schema: name, table: name, column: name, as: text(32) },
      changed: number,
      stayed: number,
      nulls: number,
      empty: number,
    }),
  ),
  emptied: list(name),
  leftOut: record(number),
  unmasked: number,
  looked: number,
  hits: list(shape({ schema: name, table: name, column: name, kind: text(32), count: number })),
});

const imported = shape({
  ...{ file: text(8192), sha256: matching(/^(?:[0-9a-f]{64})?$/), holds: text(32), place: text(4096) },
  ...{ serverVersion: number, notLoaded: number },
});

const common = {
  format: one('db-ferry-backup'),
  id,
  origin: one('db-ferry', 'adopted'),
  source: shape({
    cluster: text(),
    server: text(),
    namespace: text(),
    workload: text(),
    pod: text(),
    database: text(),
    standby: boolean,
    systemId: optional(text(64)),
    encoding: text(),
    collate: text(),
    ctype: text(),
    serverVersion: number,
    ofSuperusers: optional(boolean),
    environment: optional(text()),
  }),
  dump: shape({ toolVersion: text(), compression: text(), settings: record(text()), arguments: list(text(8192)) }),
  time: shape({
    started: time,
    snapshot: time,
    finished: time,
    expectedSeconds: optional(number),
    seconds: number,
  }),
  asked: shape({ by: text(), reason: optional(text(65_536)), approval: optional(text(8192)) }),
  job: text(64),
  size: shape({ database: optional(number), archive: number, text: number, expected: optional(number) }),
  archive: shape({ file: matching(/^(?!\.{1,2}$)[^/\\\0]{1,255}$/), sha256, header }),
  globals: optional(shape({ file: one('globals.sql', 'globals.sql.age'), sha256 })),
  definitions: number,
  roles: list(name),
  extensions: list(name),
  masked: optional(masked),
  imported: optional(imported),
  verified: list(
    shape({ level: one('structure', 'digest', 'counted', 'restored'), time, place: optional(text(4096)) }),
  ),
};

const growing = {
  digest: optional(one(1, 2)),
  tables: list(shape({ schema: name, name, columns: list(name), rows: number, textBytes: number, digest })),
  sequences: list(shape({ schema: name, name, lastValue: text(64), isCalled: boolean })),
  counted: optional(record(number)),
};

const largeObjects = shape({ count: number, bytes: number, digest, oids: matching(/^[0-9a-f]{0,64}$/) });

const short = shape({ ...common, largeObjects });

const whole = shape({ ...common, ...growing, largeObjects });

const sealed = shape({
  ...common,
  files: record(shape({ bytes: number, sha256 })),
  counts: shape({ tables: number, rows: number, largeObjects: number }),
  upgraded: optional(shape({ from: one(1), time })),
  encryption: optional(shape({ recipient: matching(/^age1[0-9a-z]{20,4000}$/) })),
});

const contents = shape({
  format: one('db-ferry-contents'),
  formatVersion: one(2),
  backup: id,
  ...growing,
  largeObjects,
  roles: optional(list(name)),
  extensions: optional(list(name)),
  masked: optional(masked),
});

const verification = shape({
  format: one('db-ferry-verification'),
  formatVersion: one(1),
  backup: id,
  archive: sha256,
  manifest: optional(sha256),
  level: one('structure', 'digest', 'counted', 'restored', 'key'),
  time,
  place: optional(text(4096)),
});

const hold = shape({
  format: one('db-ferry-hold'),
  formatVersion: one(1),
  backup: id,
  owner: text(),
  reason: text(65_536),
  time,
});
