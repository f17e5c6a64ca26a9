import assert from 'node:assert/strict';
import { choice, compression, firstWords, parseArguments, roleMap } from '../../../src/cli/arguments';
import { commands } from '../../../src/cli/commands/commands';
import { commandHelp, generalHelp, groupHelp, headings, sectionsOf, topicHelp } from '../../../src/cli/help';
import { topics } from '../../../src/cli/topics';
import { isAppError } from '../../../src/core/base/errors';

const parse = (...argv: string[]): ReturnType<typeof parseArguments> => parseArguments(argv, commands);
const isUsage = (error: unknown): boolean => isAppError(error, 'usage');

describe('arguments', () => {
  it('a command, its operands and options, in any order', () => {
    const { command, operands, options } = parse(
      ...['--json', 'restore', 'b1', '--as', 'replace', 'a/b/c/d', '--map-role', 'x=y', '--map-role', 'p=q', '--yes'],
    );
    assert.equal(command?.name, 'restore');
    assert.deepEqual(operands, ['b1', 'a/b/c/d']);
    assert.deepEqual({ ...options }, { json: true, as: 'replace', 'map-role': ['x=y', 'p=q'], yes: true });
  });

  it('kubeconfig may come more than once', () => {
    assert.deepEqual(parse('pods', '--kubeconfig', 'a', '--kubeconfig=b').options.kubeconfig, ['a', 'b']);
  });

  const wrong: [string, ...string[]][] = [
    ['no command'],
    ['an unknown command', 'bakcup', 'a/b/c/d'],
    ['an unknown option', 'backup', 'a/b/c/d', '--compres', 'none'],
    ["another command's option", 'backup', 'a/b/c/d', '--yes'],
    ['an operand too few', 'restore', 'b1'],
    ['an operand too many', 'backup', 'a/b/c/d', 'e'],
    ['an option without its value', 'backup', 'a/b/c/d', '--to'],
    ['a value for a switch', 'backup', 'a/b/c/d', '--count=1'],
  ];
  for (const [what, ...argv] of wrong) {
    it(`${what} is bad usage`, () => {
      assert.throws(() => parse(...argv), isUsage);
    });
  }

  it('options may stand anywhere, also before the command; what follows -- is an operand', () => {
    for (const argv of [
      ['--as', 'replace', 'restore', 'b', 'a/b/c/d', '--root=/r'],
      ['--root', '/r', 'restore', '--as=replace', 'b', 'a/b/c/d'],
      ['restore', '--root', '/r', '--as', 'replace', '--', 'b', 'a/b/c/d'],
    ]) {
      const { command, operands, options } = parse(...argv);
      assert.deepEqual(
        [command?.name, operands, { ...options }],
        ['restore', ['b', 'a/b/c/d'], { as: 'replace', root: '/r' }],
      );
    }
    assert.deepEqual(parse('clean', '--', '-rf').operands, ['-rf']);
    assert.deepEqual({ ...parse('--no-owner', 'copy', 'a/b/c/d', 'e/f/g/h').options }, { 'no-owner': true });
    assert.equal(parse('keys', '--json', 'trust', 'k').command?.name, 'keys trust');
    assert.equal(parse('backup', 'a/b/c/d', '--reason=--json').options.reason, '--json');
  });

  it('what is wrong is said by its name, with what was meant', () => {
    for (const [argv, message, near] of [
      [['backup', 'a', '--to', '--json'], /--to wants a value, and --json looks like an option/, undefined],
      [['backup', 'a', '--to'], /^--to wants a value\.$/, undefined],
      [['backup', 'a', '--count=1'], /--count takes no value/, undefined],
      [['backup', 'a', '--keep'], /^backup takes no --keep\.$/, undefined],
      [['backup', 'a', '--kep'], /There is no option --kep\./, '--keep'],
      [['bakcup', '--help'], /There is no command "bakcup"/, 'backup'],
      [['keys'], /keys takes show, list, trust, init, add, remove, kit, test, rotate\./, undefined],
      [['keys', 'lsit'], /keys takes show, list, trust, init, add, remove, kit, test, rotate, not "lsit"/, 'keys list'],
      [['keys', 'show', 'x'], /keys show takes no operand, and 1 was given: db-ferry keys show$/, undefined],
      [['help', 'refernces'], /There is no help about "refernces"/, 'references'],
    ] as const) {
      assert.throws(
        () => parse(...argv),
        (error) =>
          isAppError(error) &&
          error.code === 'usage' &&
          message.test(String(error.data.message)) &&
          error.data.meant === near,
        argv.join(' '),
      );
    }
  });

  it('help fits into 80 columns, whatever it is about', () => {
    const pages = [generalHelp(commands), groupHelp('keys', commands), ...topics.map(topicHelp)];
    const examples = new Set(commands.flatMap((one) => one.examples.map((example) => `  ${example}`)));
    for (const text of [...pages, ...commands.map(commandHelp)]) {
      for (const line of text.split('\n')) {
        const isTyped = examples.has(line) || /^ {2}(db-ferry|source) /.test(line);
        assert.ok(isTyped || line.length <= 80, line);
      }
    }
    for (const { name } of topics) assert.equal(parse('help', name).topic?.name, name);
    assert.equal(parse('help', 'keys').group, 'keys');
    assert.equal(parse('help', 'keys', 'trust').command?.name, 'keys trust');
  });

  it('help lists every command under what it is about', () => {
    const visible = commands.filter(({ hidden }) => hidden !== true);
    const sections = sectionsOf(visible);
    assert.deepEqual(
      sections.flatMap(([, own]) => own.map(({ name }) => name)),
      visible.map(({ name }) => name),
    );
    assert.deepEqual(sections.map(([heading]) => heading).sort(), Object.values(headings).sort());
  });

  it('help is asked for in three ways, and needs no operands', () => {
    assert.equal(parse('--help').command, undefined);
    assert.equal(parse('help').options.help, true);
    assert.equal(parse('help', 'restore').command?.name, 'restore');
    assert.equal(parse('restore', '-h').options.help, true);
  });

  it('help shows every command and its examples, and none that is hidden', () => {
    const general = generalHelp(commands);
    for (const command of commands) {
      assert.equal(general.includes(`  ${command.name} `), command.hidden !== true, command.name);
      const help = commandHelp(command);
      for (const example of command.examples) assert.ok(help.includes(example));
      assert.ok(command.examples.every((example) => example.startsWith(`db-ferry ${command.name}`)));
    }
  });

  it('the commands of the design are there, and their examples fit them', () => {
    const names =
      'clusters pods databases backup backups verify delete diff restore copy undo release clean jobs job cancel keys';
    const known = firstWords(commands);
    for (const name of names.split(' ')) assert.ok(known.includes(name), name);
    for (const { examples } of commands) {
      for (const example of examples)
        parse(
          ...example
            .replaceAll(/"[^"]*"/g, 'text')
            // what goes to a file is the shell's
            .replace(/ > \S+$/, '')
            .split(' ')
            .slice(1),
        );
    }
  });

  it('values of options', () => {
    assert.deepEqual(roleMap(['a=b', 'c=d=e']), { a: 'b', c: 'd=e' });
    for (const pair of ['a', '=b', 'a=']) assert.throws(() => roleMap([pair]), isUsage);
    for (const good of ['auto', 'none', 'zstd:1', 'zstd:22', 'gzip:9', undefined])
      assert.equal(compression(good), good);
    for (const bad of ['zstd', 'gzip:0', 'gzip:10', 'zstd:23', 'lz4:1', '9']) {
      assert.throws(() => compression(bad), isUsage);
    }
    assert.equal(choice('as', 'new', ['new', 'replace']), 'new');
    assert.throws(() => choice('as', 'New', ['new', 'replace']), isUsage);
  });
});
