import { firstWords, groupOf } from '../arguments';
import type { Command, Operand } from '../command';
import { commonOptions, optionSpecs, type OperandKind, type OptionName, type OptionSpec } from '../options';
import { topics } from '../topics';

/** One way to go on with a line. */
export interface Candidate {
  /** the whole word */
  readonly value: string;
  readonly help?: string;
  /** more of the word is to come: no space after it */
  readonly isOpen?: true;
}

/** What a shell offers: candidates, or the names of files or folders. */
export interface Completion {
  readonly files?: 'files' | 'folders';
  readonly candidates: readonly Candidate[];
}

/** What a line says already about where to look. */
export interface LookingFor {
  readonly kinds: readonly OperandKind[];
  /** what the word begins with */
  readonly word: string;
  readonly root?: string;
  readonly kubeconfigs: readonly string[];
}

/** How the words after `db-ferry` can go on: the last one is being typed. `find` knows what is there. */
export async function complete(
  words: readonly string[],
  commands: readonly Command[],
  find: (looking: LookingFor) => Promise<readonly Candidate[]>,
): Promise<Completion> {
  const word = words.at(-1) ?? '';
  const line = readLine(words.slice(0, -1));
  const offer = async (kinds: readonly OperandKind[], begin: string, before = ''): Promise<Completion> => {
    const isPath = kinds.includes('backup') && /^[./]/.test(begin);
    if (isPath || kinds.includes('file')) {
      const found = kinds.length > 1 && !isPath ? await looking(kinds, begin) : [];
      return { files: 'files', candidates: beginning(found, begin, before) };
    }
    if (kinds.includes('folder')) return { files: 'folders', candidates: [] };
    return { candidates: beginning(await looking(kinds, begin), begin, before) };
  };
  const looking = (kinds: readonly OperandKind[], begin: string): Promise<readonly Candidate[]> =>
    find({
      ...{ kinds, word: begin, kubeconfigs: line.kubeconfigs },
      ...(line.root === undefined ? {} : { root: line.root }),
    });
  const valueOf = async (name: OptionName, begin: string, before = ''): Promise<Completion> => {
    const { words: fixed, takes }: OptionSpec = optionSpecs[name];
    if (fixed) return { candidates: beginning(fixed.map(openWord), begin, before) };
    return takes === undefined ? { candidates: [] } : offer([takes], begin, before);
  };
  if (line.waiting !== undefined) return valueOf(line.waiting, word);
  const { command, group, operands } = commandOf(line.operands, commands);
  const [, name, begin] = /^--([\w-]+)=(.*)$/s.exec(word) ?? [];
  if (name !== undefined && isOptionName(name)) return valueOf(name, begin ?? '', `--${name}=`);
  if (word.startsWith('-') && !line.isClosed) {
    const own = command?.options ?? [];
    return { candidates: beginning(optionCandidates([...own, ...commonOptions], line.given), word) };
  }
  if (line.operands.length === 0) return { candidates: beginning(firstCandidates(commands), word) };
  if (line.operands[0] === 'help') {
    const about = topics.map(({ name: value, summary: help }) => ({ value, help }));
    return { candidates: line.operands.length > 1 ? [] : beginning([...firstCandidates(commands), ...about], word) };
  }
  if (group !== undefined) {
    const own = commands.filter((one) => groupOf(one) === group);
    const rest = own.map((one) => ({ value: one.name.slice(group.length + 1), help: one.summary }));
    return { candidates: beginning(rest, word) };
  }
  const operand: Operand | undefined = command?.operands[operands.length];
  if (!operand) return { candidates: [] };
  if (operand.words) return { candidates: beginning(operand.words.map(openWord), word) };
  return offer(operand.takes, word);
}

interface Line {
  readonly operands: readonly string[];
  readonly given: ReadonlySet<string>;
  readonly kubeconfigs: readonly string[];
  readonly root?: string | undefined;
  /** the option whose value comes next */
  readonly waiting?: OptionName | undefined;
  /** `--` was said: what follows are operands */
  readonly isClosed: boolean;
}

function readLine(words: readonly string[]): Line {
  const operands: string[] = [];
  const given = new Map<string, string[]>();
  let waiting: OptionName | undefined;
  let isClosed = false;
  for (const word of words) {
    if (waiting !== undefined) {
      given.get(waiting)?.push(word);
      waiting = undefined;
    } else if (isClosed || !word.startsWith('-') || word === '-') operands.push(word);
    else if (word === '--') isClosed = true;
    else {
      const [form = '', value] = word.split(/=(.*)/s);
      const name = nameOf(form);
      if (name === undefined) continue;
      given.set(name, [...(given.get(name) ?? []), ...(value === undefined ? [] : [value])]);
      if (value === undefined && optionSpecs[name].type === 'string') waiting = name;
    }
  }
  const root = given.get('root')?.at(-1);
  return {
    operands,
    given: new Set(given.keys()),
    kubeconfigs: given.get('kubeconfig') ?? [],
    root,
    waiting,
    isClosed,
  };
}

function nameOf(form: string): OptionName | undefined {
  const specs = Object.entries(optionSpecs) as [OptionName, OptionSpec][];
  return specs.find(([name, { short }]) => form === `--${name}` || form === `-${short ?? ''}`)?.[0];
}

function isOptionName(name: string): name is OptionName {
  return name in optionSpecs;
}

function commandOf(
  words: readonly string[],
  commands: readonly Command[],
): { readonly command?: Command | undefined; readonly group?: string; readonly operands: readonly string[] } {
  const [first = '', second = ''] = words;
  const command = commands.find(({ name }) => name === first);
  if (command) return { command, operands: words.slice(1) };
  const isGroup = commands.some((one) => groupOf(one) === first);
  if (isGroup && words.length === 1) return { group: first, operands: [] };
  return { command: commands.find(({ name }) => name === `${first} ${second}`), operands: words.slice(2) };
}

function firstCandidates(commands: readonly Command[]): Candidate[] {
  return firstWords(commands).map((value) => {
    const help = commands.find(({ name }) => name === value)?.summary;
    return help === undefined ? { value } : { value, help };
  });
}

function optionCandidates(names: readonly OptionName[], given: ReadonlySet<string>): Candidate[] {
  return names
    .filter((name) => !given.has(name) || (optionSpecs[name] as OptionSpec).multiple === true)
    .map((name) => ({ value: `--${name}`, help: optionSpecs[name].help }));
}

/** `zstd:` wants a number. */
function openWord(value: string): Candidate {
  return value.endsWith(':') ? { value, isOpen: true } : { value };
}

/** Those that go on with what was typed, once each; `before` stands in front of the value, in the same word. */
function beginning(candidates: readonly Candidate[], word: string, before = ''): Candidate[] {
  const seen = new Set<string>();
  return candidates
    .filter(({ value }) => value.startsWith(word) && !seen.has(value) && seen.add(value))
    .map((one) => (before === '' ? one : { ...one, value: before + one.value }));
}
