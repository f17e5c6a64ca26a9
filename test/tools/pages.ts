// What the Markdown pages of the repository say: their links, anchors and commands. A test holds them against what is there.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A page: its path from the repository's root, and its Markdown. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** A piece of code on a page. */
export interface Snippet {
  readonly page: string;
  readonly line: number;
  /** one line of a block, or what stands between backticks */
  readonly text: string;
  readonly inline: boolean;
}

/** A link on a page. */
export interface Link {
  readonly page: string;
  readonly line: number;
  /** as it is written */
  readonly target: string;
  /** the path from the repository's root; undefined where it leads out of the repository */
  readonly path?: string;
  /** without its #; empty: none */
  readonly anchor: string;
}

export const repository = fileURLToPath(new URL('../..', import.meta.url));

/** All pages: those at the top, and those of folders that hold some. */
export function readPages(): Page[] {
  const folders = ['docs', 'deploy', 'src', 'test', 'media', 'release'].flatMap((folder) =>
    readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' }).map((one) => join(folder, one)),
  );
  const paths = [...readdirSync(repository), ...folders].filter((path) => path.endsWith('.md'));
  return paths.sort().map((path) => ({ path, text: readFileSync(join(repository, path), 'utf8') }));
}

/** Links to pages and files, pictures too; those of code are none. */
export function linksOf({ path, text }: Page): Link[] {
  return lines(text).flatMap(({ line, text: one, isCode }) => {
    if (isCode) return [];
    const found = one.replaceAll(/`[^`]*`/g, '').matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g);
    return [...found].map(([, target = '']) => {
      const [file = '', anchor = ''] = target.split('#');
      if (/^[a-z]+:/.test(file)) return { page: path, line, target, anchor };
      const to = file === '' ? path : normalize(join(dirname(path), decodeURIComponent(file))).replace(/\/$/, '');
      return { page: path, line, target, path: to, anchor };
    });
  });
}

/** What may stand behind # in a link to a page: its headings as GitHub names them. */
export function anchorsOf({ text }: Page): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const headings = lines(text).flatMap(({ text: one, isCode }) =>
    isCode ? [] : (/^#{1,6} +(.*)$/.exec(one)?.[1] ?? []),
  );
  return new Set(
    headings.map((heading) => {
      const slug = slugOf(heading);
      const times = seen.get(slug) ?? 0;
      seen.set(slug, times + 1);
      return times === 0 ? slug : `${slug}-${times}`;
    }),
  );
}

/** Lines of code blocks, and what stands between backticks. */
export function snippetsOf({ path, text }: Page): Snippet[] {
  return lines(text).flatMap(({ line, text: one, isCode }): Snippet[] => {
    if (isCode) return [{ page: path, line, text: one.trim(), inline: false }];
    return [...one.matchAll(/`([^`]+)`/g)].map(([, code = '']) => ({ page: path, line, text: code, inline: true }));
  });
}

/** The calls of a program in a piece of code: their words, without what is said of them. A word `…` leaves something open. */
export function callsOf(program: string, { text }: Snippet): string[][] {
  return commandsOf(text)
    .map((words) => words.slice(words.findIndex((word) => !/^[A-Z_]+=/.test(word))))
    .filter(([first]) => first === program)
    .map(([, ...words]) => words);
}

/** Commands of a line, word by word, as a shell divides them. Two spaces begin what is said of one, as an arrow and # do. */
function commandsOf(text: string): string[][] {
  const commands: string[][] = [[]];
  let isSaid = false;
  let before = '';
  const token = /\s+|;|&&|\||<\(|\)|>|(?:"[^"]*"|'[^']*'|<[a-z][^<>]*>|[^\s;|"'<>()&])+|./gu;
  for (const [word] of text.matchAll(token)) {
    if ([';', '&&', '|', '<(', ')', '>'].includes(word)) {
      if (!isSaid) commands.push([]);
    } else if (/^\s+$/.test(word)) isSaid ||= word.length > 1 && before !== ';';
    else if (word.startsWith('#') || word === '→') isSaid = true;
    // a program that runs others may stand before it; in other calls it is a name
    else if (word === 'db-ferry' && !isSaid && ['', 'npx'].includes(commands.at(-1)?.[0] ?? '')) commands.push([word]);
    else if (!isSaid)
      commands.at(-1)?.push(word.replace(/^"…"$/, '"..."').replaceAll(/["']|^\[(?=-)|(?<=^\[-.*)\]$/g, ''));
    before = word;
  }
  return commands.filter((words) => words.length > 0);
}

function slugOf(heading: string): string {
  const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*]/g, '');
  return plain
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

function lines(text: string): { line: number; text: string; isCode: boolean }[] {
  let fence: string | undefined;
  let isList = false;
  let before = '';
  return text.split('\n').map((one, at) => {
    const mark = /^ *(`{3,}|~{3,})/.exec(one)?.[1];
    const isFence = mark !== undefined && (fence === undefined || mark === fence);
    if (isFence) fence = fence === undefined ? mark : undefined;
    if (/^(?:\d+\.|[-*]) /.test(one)) isList = true;
    else if (/^\S/.test(one)) isList = false;
    const isIndented = /^ {4}/.test(one) && !isList && (before === '' || before === 'code');
    before = one.trim() === '' ? (before === 'code' ? 'code' : '') : isIndented ? 'code' : 'text';
    return { line: at + 1, text: one, isCode: isFence || fence !== undefined || isIndented };
  });
}
