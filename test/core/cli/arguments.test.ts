import assert from 'node:assert/strict';
import { choice, compression, parseArguments, roleMap } from '../../../src/cli/arguments';
import { commands } from '../../../src/cli/commands/commands';
import { commandHelp, generalHelp } from '../../../src/cli/help';
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
    assert.deepEqual(
      commands.filter(({ hidden }) => hidden !== true).map(({ name }) => name),
      names.split(' '),
    );
    for (const { examples } of commands) {
      for (const example of examples)
        parse(
          ...example
            .replaceAll(/"[^"]*"/g, 'text')
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
