import assert from 'node:assert/strict';
import { answerTo } from '../../../src/cli/mcp/server';
import { agentTools } from '../../../src/cli/mcp/tools';
import { parseArguments } from '../../../src/cli/arguments';
import { commands } from '../../../src/cli/commands/commands';

describe('what agents may do', () => {
  const lines: (readonly string[])[] = [];
  const ask = async (method: string, params: object): Promise<Record<string, unknown>> =>
    (await answerTo(
      JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      '1',
      async (tool, given) => {
        lines.push(tool.line(given));
        return Promise.resolve({ text: '', failed: false });
      },
      refused,
    )) as Record<string, unknown>;
  const attempts: string[] = [];
  const refused = async (tool: string): Promise<void> => Promise.resolve(void attempts.push(tool));
  beforeEach(() => {
    lines.splice(0);
    attempts.splice(0);
  });

  it('reads, plans and asks: each tool is a command line that changes nothing, or writes a request', async () => {
    const reading = ['pods', 'databases', 'backups', 'jobs', 'job', 'report', 'status'];
    for (const { name, takes } of agentTools) {
      const given = Object.fromEntries(
        Object.entries(takes).map(([key, { words }]) => [key, words?.[0] ?? (key === 'target' ? 'a/b/c/d' : 'x')]),
      );
      await ask('tools/call', { name, arguments: given });
      const line = lines.at(-1) ?? [];
      const { command, options } = parseArguments(line, commands);
      assert.ok(command, line.join(' '));
      assert.equal(options.yes, undefined);
      const isPlan = command.name === 'restore' && options.plan === true;
      assert.ok(reading.includes(command.name) || isPlan || command.name === 'request', command.name);
      if (command.name !== 'request') assert.equal(command.changes?.({ operands: [], options }), undefined);
      else assert.match(String(options.reason), /asked by an agent/);
    }
    assert.equal(lines.length, agentTools.length);
  });

  it('an attempt to run, to approve, or to bring an option in is refused, and nothing is tried', async () => {
    for (const [name, given] of [
      ['approve', { request: 'req-1' }],
      ['restore', { backup: 'x', target: 'a/b/c/d' }],
      ['run', {}],
      ['plan_restore', { backup: 'x', target: 'a/b/c/d', yes: 'true' }],
      ['plan_restore', { backup: 'x', target: 'a/b/c/d', as: 'replace --yes' }],
      ['request_operation', { operation: 'release', target: 'a/b/c/d', reason: 'r' }],
      ['request_operation', { operation: 'undo', target: 'a/b/c/d', reason: 'two\nlines' }],
      ['list_backups', { place: ['--yes'] }],
      ['plan_restore', { backup: '/home/me/private.dump', target: 'a/b/c/d' }],
      ['plan_restore', { backup: '../private.dump', target: 'a/b/c/d' }],
      ['explain_report', { job: '/mnt/others/backup' }],
      ['job_status', { job: './job' }],
    ] as const) {
      const { error } = await ask('tools/call', { name, arguments: given });
      assert.equal((error as { code?: number } | undefined)?.code, -32_602, name);
    }
    assert.deepEqual(lines, []);
    // each leaves a trace
    assert.equal(attempts.length, 12);
    assert.deepEqual(attempts.slice(0, 3), ['approve', 'restore', 'run']);
  });

  it('an operand that looks like an option is an operand', async () => {
    await ask('tools/call', { name: 'plan_restore', arguments: { backup: '--yes', target: '--confirm=shop' } });
    const { operands, options } = parseArguments(lines.at(-1) ?? [], commands);
    assert.deepEqual(operands, ['--yes', '--confirm=shop']);
    assert.deepEqual({ ...options }, { plan: true, as: 'new' });
  });

  it('what is no request is answered with an error, and what wants no answer with none', async () => {
    const call = async (): Promise<never> => Promise.reject(new Error('never'));
    for (const odd of ['{', '[]', '{"jsonrpc":"1.0","id":1,"method":"ping"}', '"x"'])
      assert.ok('error' in ((await answerTo(odd, '1', call, refused)) ?? {}), odd);
    const told = '{"jsonrpc":"2.0","method":"tools/call","params":{"name":"list_backups"}}';
    assert.equal(await answerTo(told, '1', call, refused), undefined);
  });
});
