import { createHash } from 'node:crypto';
import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type Node as YamlNode,
  type Pair,
  type YAMLMap,
} from 'yaml';
import { AppError } from '../../base/errors';
import { parseJsonPath } from '../transform/jsonPaths';
import { plainTransforms, type MaskRule, type MaskRules, type Place, type Transform } from './maskRules';
import { parsePattern } from './namePattern';

/** One thing that is wrong with a file of rules. */
export interface RulesProblem extends Place {
  readonly reason:
    | 'yaml'
    | 'map'
    | 'list'
    | 'text'
    | 'number'
    | 'missing'
    | 'unknown'
    | 'value'
    | 'pattern'
    | 'path'
    | 'both'
    | 'alias'
    | 'version';
  /** which key or value it is about */
  readonly what: string;
}

/** bytes that a file of rules may have */
export const longestRules = 1 << 20;
const mostProblems = 20;

/**
 * Reads a file of masking rules. Nothing is taken that is not meant: keys that do not exist, tags, anchors are problems. Throws `mask.rules` { problems }, each with its line and
 * column; never a text of the file but its keys.
 */
export function readRules(text: string): MaskRules {
  return new RulesReader(text).read();
}

class RulesReader {
  readonly #text: string;
  readonly #lines = new LineCounter();
  readonly #problems: RulesProblem[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  read(): MaskRules {
    const document = parseDocument(this.#text, { lineCounter: this.#lines, prettyErrors: false, version: '1.2' });
    for (const error of [...document.errors, ...document.warnings]) this.#problem(error.pos[0], 'yaml', error.code);
    this.#throwProblems();
    visit(document, {
      Alias: (_key, node) => this.#problem(node.range?.[0], 'alias', node.source),
      Node: (_key, node) => {
        if (isScalar(node) || isMap(node) || isSeq(node)) {
          if (node.anchor !== undefined) this.#problem(node.range?.[0], 'alias', node.anchor);
          if (node.tag?.startsWith('!')) this.#problem(node.range?.[0], 'alias', node.tag);
        }
      },
    });
    this.#throwProblems();
    const rules = this.#rules(document.contents);
    this.#throwProblems();
    return rules;
  }

  #rules(root: unknown): MaskRules {
    const keys = this.#keys(root, 'rules', ['version', 'default', 'columns', 'largeObjects', 'definitions']);
    const version = keys.get('version');
    if (version !== undefined && valueOf(version) !== 1) this.#problem(offsetOf(version), 'version', 'version');
    this.#choice(keys.get('default'), 'default', ['deny']);
    const largeObjects = this.#choice(keys.get('largeObjects'), 'largeObjects', ['keep', 'none'] as const);
    const definitions = this.#choice(keys.get('definitions'), 'definitions', ['keep'] as const);
    const list = keys.get('columns');
    if (list === undefined) this.#problem(offsetOf(root), 'missing', 'columns');
    else if (!isSeq(list)) this.#problem(offsetOf(list), 'list', 'columns');
    const columns = isSeq(list) ? list.items.flatMap((item) => this.#rule(item) ?? []) : [];
    const digest = createHash('sha256').update(this.#text).digest('hex');
    return {
      columns,
      ...(largeObjects === undefined ? {} : { largeObjects }),
      ...(definitions === undefined ? {} : { definitions }),
      digest,
    };
  }

  #rule(node: unknown): MaskRule | undefined {
    const keys = this.#keys(node, 'rule', ['match', 'rows', ...transformKeys]);
    const match = keys.get('match');
    if (match === undefined) {
      this.#problem(offsetOf(node), 'missing', 'match');
      return undefined;
    }
    const text = this.#string(match, 'match') ?? '';
    const rows = this.#choice(keys.get('rows'), 'rows', ['none'] as const);
    if (rows !== undefined && keys.has('as')) this.#problem(offsetOf(keys.get('as')), 'both', 'as');
    const pattern = parsePattern(text, rows === undefined ? [3] : [2]);
    if (pattern === undefined) this.#problem(offsetOf(match), 'pattern', 'match');
    const place = this.#place(offsetOf(match));
    if (rows !== undefined) return pattern && { match: pattern, place, rows };
    const as = this.#transform(node, keys);
    return pattern && as && { match: pattern, place, as };
  }

  /** `email`, or a map with `as` and what belongs to it. */
  #transform(node: unknown, given?: ReadonlyMap<string, YamlNode | null>): Transform | undefined {
    if (given === undefined && isScalar(node)) return this.#named(node, new Map());
    const keys = given ?? this.#keys(node, 'as', transformKeys);
    if (!keys.has('as')) {
      this.#problem(offsetOf(node), 'missing', 'as');
      return undefined;
    }
    return this.#named(keys.get('as') ?? null, keys, offsetOf(node));
  }

  #named(
    node: YamlNode | null,
    keys: ReadonlyMap<string, YamlNode | null>,
    at = offsetOf(node),
  ): Transform | undefined {
    // YAML takes the word for nothing at all; an empty value is none
    const value = valueOf(node);
    const as = value === null && isScalar(node) && node.source === 'null' ? 'null' : value;
    const allowed: Readonly<Record<string, readonly string[]>> = optionsOf;
    const options = typeof as === 'string' && Object.hasOwn(allowed, as) ? allowed[as] : plainOptions;
    for (const [key, option] of keys) {
      if (!['as', 'match', 'rows', ...(options ?? [])].includes(key))
        this.#problem(offsetOf(option) ?? at, 'unknown', key);
    }
    switch (as) {
      case 'fixed': {
        const fixed = this.#string(keys.get('value'), 'value', at);
        return fixed === undefined ? undefined : { as, value: fixed };
      }
      case 'date': {
        const days = this.#number(keys.get('days'), 'days', 1, 3650) ?? 180;
        const subject = keys.has('shift') ? this.#string(keys.get('shift'), 'shift') : undefined;
        return { as, days, ...(subject === undefined ? {} : { subject }) };
      }
      case 'number':
        return { as, percent: this.#number(keys.get('percent'), 'percent', 1, 100) ?? 10 };
      case 'json': {
        const paths = this.#entries(keys.get('paths'), 'paths', at).flatMap(([text, to, offset]) => {
          const path = parseJsonPath(text);
          if (path === undefined) this.#problem(offset, 'path', text);
          const mask = this.#transform(to);
          return path && mask ? [{ path, as: mask }] : [];
        });
        return { as, paths };
      }
      case 'record': {
        const fields = this.#entries(keys.get('fields'), 'fields', at).flatMap(([name, to]) => {
          const mask = this.#transform(to);
          return mask ? [{ name, as: mask }] : [];
        });
        return { as, fields };
      }
      default: {
        const plain = plainTransforms.find((one) => one === as);
        if (plain === undefined) {
          this.#problem(offsetOf(node) ?? at, 'value', 'as');
          return undefined;
        }
        const domain = keys.has('domain') ? this.#string(keys.get('domain'), 'domain') : undefined;
        return { as: plain, ...(domain === undefined ? {} : { domain }) };
      }
    }
  }

  /** The keys of a map; those that are not among `known` are problems. */
  #keys(node: unknown, what: string, known: readonly string[]): Map<string, YamlNode | null> {
    const found = new Map<string, YamlNode | null>();
    if (!isMap(node)) {
      this.#problem(offsetOf(node), 'map', what);
      return found;
    }
    for (const pair of pairsOf(node)) {
      const key = valueOf(pair.key);
      if (typeof key === 'string' && known.includes(key)) found.set(key, pair.value);
      else this.#problem(offsetOf(pair.key), 'unknown', typeof key === 'string' ? key : what);
    }
    return found;
  }

  #entries(node: unknown, what: string, at: number | undefined): [string, YamlNode | null, number | undefined][] {
    if (!isMap(node)) {
      this.#problem(offsetOf(node) ?? at, node === undefined ? 'missing' : 'map', what);
      return [];
    }
    return pairsOf(node).flatMap(({ key, value }): [string, YamlNode | null, number | undefined][] => {
      const name = this.#string(key, what);
      return name === undefined ? [] : [[name, value, offsetOf(key)]];
    });
  }

  #choice<const Choice extends string>(node: unknown, what: string, choices: readonly Choice[]): Choice | undefined {
    if (node === undefined) return undefined;
    const value = valueOf(node);
    const chosen = choices.find((choice) => choice === value);
    if (chosen === undefined) this.#problem(offsetOf(node), 'value', what);
    return chosen;
  }

  #string(node: unknown, what: string, at?: number): string | undefined {
    const value = valueOf(node);
    // numbers and truth as they are written: a value in a column is a text
    if (typeof value === 'string') return value;
    if ((typeof value === 'number' || typeof value === 'boolean') && isScalar(node))
      return node.source ?? String(value);
    this.#problem(offsetOf(node) ?? at, node === undefined ? 'missing' : 'text', what);
    return undefined;
  }

  #number(node: unknown, what: string, least: number, most: number): number | undefined {
    if (node === undefined) return undefined;
    const value = valueOf(node);
    if (typeof value === 'number' && value >= least && value <= most && Number.isInteger(value)) return value;
    this.#problem(offsetOf(node), 'number', what);
    return undefined;
  }

  #problem(offset: number | undefined, reason: RulesProblem['reason'], what: string): void {
    if (this.#problems.length < mostProblems) this.#problems.push({ ...this.#place(offset), reason, what });
  }

  #place(offset: number | undefined): Place {
    const { line, col } = this.#lines.linePos(offset ?? 0);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  #throwProblems(): void {
    if (this.#problems.length > 0) throw new AppError('mask.rules', { problems: this.#problems });
  }
}

const plainOptions = ['domain'];
const optionsOf = {
  keep: [],
  null: [],
  redact: [],
  fixed: ['value'],
  date: ['days', 'shift'],
  number: ['percent'],
  json: ['paths'],
  record: ['fields'],
} as const;
const transformKeys = ['as', 'domain', 'value', 'days', 'shift', 'percent', 'paths', 'fields'];

function pairsOf(map: YAMLMap): readonly Pair<YamlNode, YamlNode | null>[] {
  return map.items as Pair<YamlNode, YamlNode | null>[];
}

function valueOf(node: unknown): unknown {
  return isScalar(node) ? node.value : undefined;
}

function offsetOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) ? node.range?.[0] : undefined;
}
