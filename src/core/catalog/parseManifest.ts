import type { Manifest } from './manifest';

/** The most bytes that a manifest may have: with 50,000 tables it has tens of megabytes. */
export const longestManifest = 256e6;

/**
 * A manifest from what JSON says. Anybody may have written it: each field is of its kind, no text is longer than such a text can be, and the archive is
 * a file of its own folder. What is not known here stays as it is. Throws an `Error` that names the field.
 */
export function parseManifest(value: unknown): Manifest {
  mustBeOurs(value);
  whole(value, 'it');
  return value as Manifest;
}

/** The same without what grows with the database. */
export function parseShortManifest(value: unknown): Omit<Manifest, 'tables' | 'sequences' | 'counted'> {
  mustBeOurs(value);
  short(value, 'it');
  return value as Omit<Manifest, 'tables' | 'sequences' | 'counted'>;
}

function mustBeOurs(value: unknown): void {
  const { format, formatVersion } = (value ?? {}) as Partial<Record<keyof Manifest, unknown>>;
  if (format !== 'db-ferry-backup') throw new Error('not a manifest of a backup');
  if (formatVersion !== 1) throw new Error(`format version ${String(formatVersion).slice(0, 20)} is not known`);
}

type Check = (value: unknown, at: string) => void;

/** A field that may be missing. */
interface Optional {
  readonly optional: Check;
}

const text =
  (most = 1024): Check =>
  (value, at) => {
    if (typeof value !== 'string') throw wrong(at, 'no text');
    if (value.length > most) throw wrong(at, 'too long');
  };

const matching =
  (form: RegExp): Check =>
  (value, at) => {
    if (typeof value !== 'string' || !form.test(value)) throw wrong(at, 'not of its form');
  };

const one =
  (...words: readonly unknown[]): Check =>
  (value, at) => {
    if (!words.includes(value)) throw wrong(at, `none of ${words.join(', ')}`);
  };

const number: Check = (value, at) => {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) throw wrong(at, 'no number');
};

const boolean: Check = (value, at) => {
  if (typeof value !== 'boolean') throw wrong(at, 'neither true nor false');
};

const time: Check = (value, at) => {
  text(40)(value, at);
  if (Number.isNaN(Date.parse(String(value)))) throw wrong(at, 'no time');
};

const list =
  (each: Check): Check =>
  (value, at) => {
    if (!Array.isArray(value)) throw wrong(at, 'no list');
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

function object(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(at, 'no object');
  return value as Readonly<Record<string, unknown>>;
}

function wrong(at: string, why: string): Error {
  return new Error(`${at.replace(/^it\.?/, '') || 'the manifest'}: ${why}`);
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

const common = {
  format: one('db-ferry-backup'),
  formatVersion: one(1),
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
  globals: optional(shape({ file: one('globals.sql'), sha256 })),
  largeObjects: shape({ count: number, bytes: number, digest, oids: matching(/^[0-9a-f]{0,64}$/) }),
  definitions: number,
  roles: list(name),
  extensions: list(name),
  verified: list(
    shape({ level: one('structure', 'digest', 'counted', 'restored'), time, place: optional(text(4096)) }),
  ),
};

const short = shape(common);

const whole = shape({
  ...common,
  tables: list(shape({ schema: name, name, columns: list(name), rows: number, textBytes: number, digest })),
  sequences: list(shape({ schema: name, name, lastValue: text(64), isCalled: boolean })),
  counted: optional(record(number)),
});
