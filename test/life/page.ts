import type { Run } from '../lab/ferry';
import type { LifeDatabase } from './databases';
import type { StockResult } from './stock';

/** How one database fared on one way. */
export interface Fared {
  readonly database: Pick<LifeDatabase, 'name' | 'about'>;
  /** `15 → 16` */
  readonly way: string;
  readonly ours: Run;
  /** with `--go-on`, where it was asked for */
  readonly wentOn: Run | undefined;
  readonly stock: StockResult & { /** SQL can read what came over */ readonly readable: boolean };
  /** what the judge holds against it */
  readonly wrong: readonly string[];
}

/** The page of docs: who fared how. Those that came back the same on all ways, without a word of anyone, are a list. */
export function pageOf(all: readonly Fared[]): string {
  const names = [...new Set(all.map(({ database }) => database.name))];
  const ofName = (name: string): Fared[] => all.filter(({ database }) => database.name === name);
  const same = names.filter((name) => ofName(name).every(isTheSame));
  const wrong = all.filter((one) => one.wrong.length > 0).length;
  const about = (name: string): string => cell(ofName(name)[0]?.database.about ?? '');
  const ways = (name: string): string =>
    ofName(name)
      .map(({ way }) => way)
      .join(', ');
  return `# Databases of real life

${names.length} databases with what people have in them (\`test/life/data\`), each copied by \`db-ferry copy A B --create-roles\`, ${all.length} copies in all; beside each the same by hand,
\`pg_dump -Fc\` of the source's version into \`pg_restore\` of the target's. Judged by SQL that shares no code with DB Ferry: "done" must be the same; what differs must be named; where a copy is
refused or fails there must be a way on, with all rows that stock brings over. **Held against DB Ferry by the judge: ${wrong}.** \`npm run test:life\` does it again; with \`LIFE_PAGE=docs/real-life.md\` it writes this page.

## The same on every way

Nothing refused, nothing differs, exit 0, and stock had nothing to say.

| database | what is in it | ways |
|---|---|---|
${same.map((name) => `| ${name} | ${about(name)} | ${ways(name)} |`).join('\n')}

## Where somebody had something to say

| database | way | DB Ferry (exit) | what it said | with \`--go-on\` | stock: errors |
|---|---|---|---|---|---|
${linesOf(all.filter(({ database }) => !same.includes(database.name))).join('\n')}
`;
}

/** A line for all ways on which one fared alike. */
function linesOf(all: readonly Fared[]): string[] {
  const alike = new Map<string, Fared>();
  for (const one of all) {
    const key = lineOf({ ...one, way: '' });
    const before = alike.get(key);
    alike.set(key, before === undefined ? one : { ...before, way: `${before.way}, ${one.way}` });
  }
  return [...alike.values()].map(lineOf);
}

/** One as a line of the table. */
export function lineOf({ database, way, ours, wentOn, stock, wrong }: Fared): string {
  const went = wentOn === undefined ? '' : `${outcome(wentOn)}: ${saidBy(wentOn)}`;
  const held = wrong.length === 0 ? '' : ` **wrong: ${cell(wrong.join('; ')).slice(0, 200)}**`;
  const ofStock = !stock.dumped
    ? 'no dump'
    : `${stock.errors}${stock.readable ? '' : ', and the text there cannot be read'}`;
  const first = stock.first === undefined ? '' : `: ${cell(stock.first).slice(0, 120)}`;
  return `| ${database.name}: ${cell(database.about)} | ${way} | ${outcome(ours)}${held} | ${saidBy(ours)} | ${went} | ${ofStock}${first} |`;
}

function isTheSame({ ours, stock, wrong }: Fared): boolean {
  return ours.exitCode === 0 && saidBy(ours) === '' && stock.errors === 0 && stock.readable && wrong.length === 0;
}

function outcome({ exitCode, result }: Run): string {
  return `${result.outcome} (${exitCode})${result.error ? ` \`${result.error.code}\`` : ''}`;
}

/** Findings that are more than notes, differences with their causes, and what was left out. */
function saidBy({ result }: Run): string {
  const findings = (result.findings ?? []).filter(({ level }) => level !== 'note').map(({ code }) => code);
  const failures = (result.error?.data['failures'] ?? []) as readonly { kind: string; name: string; cause: string }[];
  const refused = failures.map(({ kind, name, cause }) => `${kind} ${name} (${cause})`);
  const differences = (result.differences ?? []).map((one) => {
    const { kind, because, ...facts } = one as Record<string, unknown> & { kind: string; because?: { cause: string } };
    return `${kind} ${Object.values(facts).map(String).join(' ')}${because ? ` (${because.cause})` : ''}`;
  });
  const all = [...new Set([...findings, ...refused, ...differences])].map(cell);
  const [shown, more] = [all.slice(0, 6), all.length - 6];
  return `${shown.join(' · ')}${more > 0 ? ` · and ${more} more` : ''}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').replaceAll('<', '&lt;');
}
