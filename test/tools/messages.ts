import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

/** The messages of the editor, in English: what is translated. */
export const bundleFile = 'l10n/bundle.l10n.json';
export const germanFile = 'l10n/bundle.l10n.de.json';

const root = join(import.meta.dirname, '../..');

/** A message of the sources, and where it is told. */
export interface Told {
  readonly key: string;
  readonly where: string;
  /** evaluated when its file is read, before anybody said which language is spoken */
  readonly tooEarly: boolean;
}

/** All messages of a file: those of the tag `t`, and the nouns of `some` in both of their forms. */
export function messagesIn(file: string): Told[] {
  const source = sourceOf(file);
  const found: Told[] = [];
  const visit = (node: ts.Node): void => {
    for (const key of keysOf(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push({ key, where: `${relative(root, file)}:${line + 1}`, tooEarly: !isInFunction(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

let ofEditor: readonly Told[] | undefined;

/** All messages of what the editor's bundle is made of, of the inspector's page and of the pages of the console, and of nothing else: words of the command line alone are not among them. */
export function messagesOfEditor(): readonly Told[] {
  return (ofEditor ??= files().flatMap(messagesIn));
}

function files(): readonly string[] {
  const pages = ['pages', 'server', 'schedulePage'].map((name) => join(root, `src/cli/console/${name}.ts`));
  const words = ['historyWords'].map((name) => join(root, `src/words/${name}.ts`));
  const inspector = filesFrom(join(root, 'src/ui/inspector/webview/main.ts'));
  return [...new Set([...filesFrom(join(root, 'src/extension.ts')), ...inspector, ...pages, ...words])];
}

/** Of every file of `src`. */
export function allMessages(): Told[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => messagesIn(join(root, 'src', name)));
}

/** What `bundle.l10n.json` holds: each message by itself, in the order of the alphabet. */
export function bundle(): string {
  return asFile(keysOfEditor().map((key) => [key, key]));
}

/** A translation in the same order, without what nobody says any more; what it lacks is somebody's to write. */
export function translation(text: string): string {
  const told = JSON.parse(text) as Readonly<Record<string, string>>;
  return asFile(keysOfEditor().flatMap((key) => (told[key] === undefined ? [] : [[key, told[key]] as const])));
}

function keysOfEditor(): string[] {
  return [...new Set(messagesOfEditor().map(({ key }) => key))].sort();
}

function asFile(messages: readonly (readonly [string, string])[]): string {
  return `${JSON.stringify(Object.fromEntries(messages), undefined, 2)}\n`;
}

function keysOf(node: ts.Node): string[] {
  if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 't') {
    const { template } = node;
    if (ts.isNoSubstitutionTemplateLiteral(template)) return [template.text];
    const parts = template.templateSpans.map(({ literal }, at) => `{${at}}${literal.text}`);
    return [`${template.head.text}${parts.join('')}`];
  }
  if (ts.isCallExpression(node) && node.expression.getText() === 'some') {
    const noun = node.arguments[1];
    if (noun !== undefined && ts.isStringLiteral(noun)) return [`{0} ${noun.text}`, `{0} ${noun.text}s`];
  }
  return [];
}

function isInFunction(node: ts.Node): boolean {
  for (let above = node.parent; !ts.isSourceFile(above); above = above.parent) {
    if (ts.isFunctionLike(above)) return true;
    if (ts.isPropertyDeclaration(above))
      return !above.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword);
  }
  return false;
}

/** A file and all that it imports, types too, now or later. */
function filesFrom(entry: string): string[] {
  const seen = new Set<string>();
  const follow = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { fileName } of ts.preProcessFile(readFileSync(file, 'utf8')).importedFiles) {
      const to = `${join(dirname(file), fileName)}.ts`;
      if (fileName.startsWith('.') && ts.sys.fileExists(to)) follow(to);
    }
  };
  follow(entry);
  return [...seen];
}

function sourceOf(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
}
