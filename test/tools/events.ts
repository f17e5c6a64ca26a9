// docs/events.md, made from the types of what the command line prints with --json: `npm run docs` writes it, a test holds it against the sources.
import ts from 'typescript';
import { fileURLToPath } from 'node:url';
import { cliHints } from '../../src/cli/hints';
import { exitCodes } from '../../src/cli/topics';
import type { Finding } from '../../src/core/base/finding';
import { plainFinding } from '../../src/words/findingWords';
import { openWords, table } from './markdownTable';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Where it is. */
export const eventsFile = fileURLToPath(new URL('../../docs/events.md', import.meta.url));

/** What stands in many places is said once. */
const shared: Readonly<Partial<Record<string, string>>> = {
  Finding: '[finding](#findings)',
  AnyFacts: 'facts',
  ResultData: '[facts](#facts-of-a-jobs-result)',
  Date: 'time',
};

/** An event that a command prints: its type, which commands do, its fields. */
interface Printed {
  readonly type: string;
  readonly by: string;
  readonly fields: string;
}

/** The page. Reads all that the command line is made of: a few seconds. */
export function events(): string {
  const program = programOf('src/cli.ts');
  const checker = program.getTypeChecker();
  const types = new Types(checker);
  const named = (file: string, name: string): ts.Type => types.named(source(program, file), name);
  const printed = printedBy(program, types);
  const job = 'src/core/job/record/jobEvents.ts';
  const progress = named('src/core/base/progress.ts', 'Progress');
  const blocks = [
    '# What `--json` prints',
    'Made by `npm run docs` from the types of the sources; a test fails where this page says something else.',
    'With `--json` a command prints one JSON object a line on the standard output, each with a `type`. **The last line is the result**, also where a command fails or was called wrongly. Nothing else goes to the standard output, and no person is asked. A job prints its own events while it runs; `db-ferry job <job> --follow --json` prints them again from the first, and so does `events.ndjson` in its folder.',
    'What a program may build on: a type, a code and a field keep their meaning. New types, codes and fields may come, so ignore those that you do not know. A field with `?` may be missing. Sizes are bytes, durations seconds, times UTC in ISO 8601. Sentences for people are not part of it: they are made from codes and facts.',
    code([
      'db-ferry backup prod/shop/postgres-0/shop --json | tail -n 1 | jq -r .data.backup',
      `db-ferry status prod --json | jq -r 'select(.type == "status" and (.findings | length) > 0) | .reference'`,
    ]),
    '## The result',
    types.table(named(job, 'JobResult')),
    'A command that is no job has an outcome, an exit code and `data` of its own ([below](#events-of-commands)). `outcome` may be `usage` there: it was called wrongly.',
    table(['exit code', 'means'], exitCodes),
    "### Facts of a job's result",
    types.table(named('src/core/job/record/resultData.ts', 'ResultData')),
    '## Events of a job',
    'Each has `time`. `phase` and `progress` come at most four times a second.',
    table(
      ['type', 'fields'],
      [
        ['`started`', types.fields(named(job, 'JobStarted'))],
        ...types.members(progress).flatMap((one) => {
          const name = types.literal(one, 'type');
          return name === undefined || name === 'note' ? [] : [[`\`${name}\``, types.fields(one)]];
        }),
        ['`note`', '`code`, `data`: [below](#notes)'],
      ],
    ),
    '### Notes',
    'What a job tells on the way.',
    codes(types, named('src/core/base/noteData.ts', 'NoteData')),
    '### Findings',
    '`level` is `block` (it cannot be done so), `warn` or `note`; `code` is one of these, with its facts as `data`. They come as events, in plans, and in the result.',
    codes(types, named('src/core/base/findingData.ts', 'FindingData'), (name) =>
      openWords(plainFinding({ level: 'note', code: name, data: {} } as unknown as Finding, cliHints)),
    ),
    '## Errors',
    'What failed is `error` of the result: `code` and `data`. What each says to people, and what to do, is in the [reference](reference.md#error-codes).',
    codes(types, named('src/core/base/errorData.ts', 'ErrorData')),
    '## Events of commands',
    'What commands print that are no jobs, and what those that start jobs print before.',
    table(
      ['type', 'of', 'fields'],
      printed.filter(({ type }) => type !== 'result').map(({ type, by, fields }) => [`\`${type}\``, by, fields]),
    ),
    '### Facts of their results',
    table(
      ['of', '`data`'],
      printed.filter(({ type, by }) => type === 'result' && by !== '').map(({ by, fields }) => [by, fields]),
    ),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** What each code brings, and what it says: to people, or in the sources. */
function codes(types: Types, type: ts.Type, says?: (code: string) => string): string {
  const rows = type.getProperties().map((one) => {
    const facts = types.fields(types.of(one));
    return [`\`${one.name}\``, facts, says?.(one.name) ?? types.said(one)];
  });
  return table(['code', 'facts', says ? 'says' : ''], rows);
}

function code(lines: readonly string[]): string {
  return lines.map((line) => `    ${line}`).join('\n');
}

function programOf(entry: string): ts.Program {
  const { config } = ts.readConfigFile(`${root}tsconfig.json`, (file) => ts.sys.readFile(file)) as { config: unknown };
  const parsed = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const options: ts.CompilerOptions = { ...parsed.options, types: [] };
  const host = ts.createCompilerHost(options);
  const cache = ts.createModuleResolutionCache(root, (name) => name, options);
  // of packages only that is read of which forms are made: the rest would be most of the time
  host.resolveModuleNameLiterals = (literals, file, redirected, given) =>
    literals.map(({ text }) =>
      text.startsWith('.') || text === 'valibot'
        ? ts.resolveModuleName(text, file, given, host, cache, redirected)
        : { resolvedModule: undefined },
    );
  return ts.createProgram([root + entry], options, host);
}

function source(program: ts.Program, file: string): ts.SourceFile {
  const found = program.getSourceFile(root + file);
  if (!found) throw new Error(`${file} is no part of the command line`);
  return found;
}

/** Types as a reader wants them. */
class Types {
  constructor(readonly checker: ts.TypeChecker) {}

  named(file: ts.SourceFile, name: string): ts.Type {
    const found = file.statements.find(
      (one): one is ts.InterfaceDeclaration | ts.TypeAliasDeclaration =>
        (ts.isInterfaceDeclaration(one) || ts.isTypeAliasDeclaration(one)) && one.name.text === name,
    );
    if (!found) throw new Error(`${file.fileName} has no ${name}`);
    return this.checker.getTypeAtLocation(found.name);
  }

  of(symbol: ts.Symbol): ts.Type {
    return this.checker.getTypeOfSymbol(symbol);
  }

  members(type: ts.Type): readonly ts.Type[] {
    return type.isUnion() ? type.types : [type];
  }

  /** The text of a property that can be one thing alone. */
  literal(type: ts.Type, name: string): string | undefined {
    const found = type.getProperty(name);
    const value = found && this.of(found);
    return value?.isStringLiteral() === true ? value.value : undefined;
  }

  /** Each field with what it is, but for `type`. */
  fields(type: ts.Type): string {
    const shapes = this.members(type).map((one) => one.getProperties());
    const names = new Set(shapes.flatMap((shape) => shape.map(({ name }) => name)).filter((name) => name !== 'type'));
    const told = [...names].map((name) => {
      const own = shapes.flatMap((shape) => shape.filter((one) => one.name === name));
      const [first] = own;
      // of several shapes it may be in some alone
      const isSure = own.length === shapes.length && own.every((one) => this.name(one) === name);
      const types = own.flatMap((one) => this.members(this.of(one)));
      const what = own.length > 1 || !first ? this.oneOf(types, 1) : this.what(this.of(first));
      return `\`${name}${isSure ? '' : '?'}\`: ${what}`;
    });
    return told.join(', ');
  }

  table(type: ts.Type): string {
    const own = type.getProperties().filter(({ name }) => name !== 'type');
    return table(
      ['field', 'is', ''],
      own.map((one) => [`\`${this.name(one)}\``, this.what(this.of(one)), this.said(one)]),
    );
  }

  /** What the comment before it says. */
  said(symbol: ts.Symbol): string {
    return ts.displayPartsToString(symbol.getDocumentationComment(this.checker)).replaceAll(/\s+/g, ' ');
  }

  private name(symbol: ts.Symbol): string {
    return `${symbol.name}${(symbol.flags & ts.SymbolFlags.Optional) === 0 ? '' : '?'}`;
  }

  /** What a value is; what is in it, if that is not too much to read. */
  private what(type: ts.Type): string {
    for (const depth of [1, 2, 3]) {
      const text = this.text(type, depth);
      if (text.length < 300) return text;
    }
    return this.text(type, 3);
  }

  private text(type: ts.Type, depth: number): string {
    const known = shared[type.aliasSymbol?.name ?? nameOf(type.symbol)];
    if (known !== undefined) return known;
    if (type.isUnion() && (type.flags & ts.TypeFlags.Boolean) === 0) return this.oneOf(type.types, depth);
    if (type.isStringLiteral()) return `"${type.value}"`;
    if ((type.flags & ts.TypeFlags.String) !== 0) return 'text';
    // of a package that is not read
    if ((type.flags & ts.TypeFlags.Any) !== 0) return 'value';
    if (this.checker.isArrayType(type)) {
      const [of] = this.checker.getTypeArguments(type as ts.TypeReference);
      const text = of === undefined ? 'value' : this.text(of, depth);
      return `list of ${text.includes(' | ') ? `(${text})` : text}`;
    }
    if ((type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) === 0) return this.checker.typeToString(type);
    const own = type.getProperties().filter(({ flags }) => (flags & ts.SymbolFlags.Method) === 0);
    if (own.length === 0) return 'object';
    const parts = own.map((one) =>
      depth > 2 && !this.of(one).isStringLiteral()
        ? this.name(one)
        : `${this.name(one)}: ${this.text(this.of(one), depth + 1)}`,
    );
    return `{${parts.join(', ')}}`;
  }

  /** In an order that no other file changes. */
  private oneOf(types: readonly ts.Type[], depth: number): string {
    const texts = types
      .filter(({ flags }) => (flags & ts.TypeFlags.Undefined) === 0)
      .map((one) => this.text(one, depth));
    const unique = new Set(texts);
    if (unique.has('true') && unique.has('false')) {
      unique.delete('true');
      unique.delete('false');
      unique.add('boolean');
    }
    const sorted = [...unique].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    if (sorted.length <= 30) return sorted.join(' | ');
    return sorted.every((one) => one.startsWith('"')) ? 'text' : 'object';
  }
}

/** The types of the library say that there is always one. */
function nameOf(symbol: ts.Symbol | undefined): string {
  return symbol?.name ?? '';
}

/** All that the command line hands to `terminal.event`, by type. */
function printedBy(program: ts.Program, types: Types): Printed[] {
  const all = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.startsWith(`${root}src/cli/`))
    .flatMap((file) => printedIn(file, types));
  const unique = new Map(all.map((one) => [JSON.stringify(one), one]));
  return [...unique.values()].sort((a, b) => a.type.localeCompare(b.type) || a.by.localeCompare(b.by));
}

function printedIn(file: ts.SourceFile, types: Types): Printed[] {
  const found: Printed[] = [];
  const own = commandsOf(file);
  const walk = (node: ts.Node, by: readonly string[]): void => {
    const within = commandName(node);
    const now = within === undefined ? by : [within];
    if (ts.isCallExpression(node) && /\bterminal\.event$/.test(node.expression.getText())) {
      const [argument] = node.arguments;
      if (argument) found.push(...printedAs(argument, now, types));
    }
    ts.forEachChild(node, (child) => walk(child, now));
  };
  walk(file, own);
  return found;
}

function printedAs(argument: ts.Expression, by: readonly string[], types: Types): Printed[] {
  const made = literalOf(argument, types);
  const type = types.checker.getTypeAtLocation(made ?? argument);
  const kind = made?.properties.find((one) => one.name?.getText() === 'type');
  const name =
    kind && ts.isPropertyAssignment(kind) && ts.isStringLiteral(kind.initializer) ? kind.initializer.text : '';
  if (name === '') return [];
  const data = name === 'result' ? type.getProperty('data') : undefined;
  const fields = data ? types.fields(types.of(data)) : types.fields(type);
  if (name === 'result' && fields === '') return [];
  return [{ type: name, by: by.map((one) => `\`${one}\``).join(', '), fields }];
}

/** The object that an expression is, through calls of functions that make it. */
function literalOf(node: ts.Node, types: Types): ts.ObjectLiteralExpression | undefined {
  if (ts.isObjectLiteralExpression(node)) return node;
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return literalOf(node.expression, types);
  if (ts.isCallExpression(node)) {
    if (ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'itemOf') {
      const listing = types.checker.getSymbolAtLocation(node.expression.expression)?.valueDeclaration;
      const list = listing && ts.isVariableDeclaration(listing) ? listing.initializer : undefined;
      if (!list || !ts.isObjectLiteralExpression(list)) return undefined;
      const item = list.properties.find((one) => one.name?.getText() === 'itemOf');
      return item && ts.isPropertyAssignment(item) ? literalOf(item.initializer, types) : undefined;
    }
    return literalOf(node.expression, types);
  }
  if (ts.isIdentifier(node)) {
    const symbol = types.checker.getSymbolAtLocation(node);
    const real =
      symbol && (symbol.flags & ts.SymbolFlags.Alias) !== 0 ? types.checker.getAliasedSymbol(symbol) : symbol;
    const declared = real?.valueDeclaration;
    return declared && ts.isFunctionDeclaration(declared) ? literalOf(declared, types) : undefined;
  }
  if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) return literalOf(node.body, types);
  if (ts.isArrowFunction(node) || ts.isFunctionDeclaration(node)) {
    const last = (node.body as ts.Block | undefined)?.statements.at(-1);
    return last && ts.isReturnStatement(last) && last.expression ? literalOf(last.expression, types) : undefined;
  }
  return undefined;
}

function commandsOf(file: ts.SourceFile): string[] {
  const found: string[] = [];
  const walk = (node: ts.Node): void => {
    const name = commandName(node);
    if (name !== undefined) found.push(name);
    ts.forEachChild(node, walk);
  };
  walk(file);
  return found;
}

/** Of `const backups: Command = { name: 'backups', … }`. */
function commandName(node: ts.Node): string | undefined {
  if (!ts.isVariableDeclaration(node) || node.type?.getText() !== 'Command') return undefined;
  if (!node.initializer || !ts.isObjectLiteralExpression(node.initializer)) return undefined;
  const name = node.initializer.properties.find((one) => one.name?.getText() === 'name');
  return name && ts.isPropertyAssignment(name) && ts.isStringLiteral(name.initializer)
    ? name.initializer.text
    : undefined;
}
