import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { version } from '../../../package.json';
import { visibleJson } from '../../core/base/visible';
import { toAppError } from '../../core/base/errors';
import type { Call, Command } from '../command';
import type { AgentTool } from '../mcp/tools';
import type { ToolAnswer } from '../mcp/server';
import { askedOf, kubeconfigsOf, rootOf } from '../setting';

/** Serves agents: they read, plan and ask, and nothing else. */
export const mcp: Command = {
  name: 'mcp',
  summary: 'serve agents by the Model Context Protocol on standard input and output: read, plan, ask',
  more: [
    'An agent sees databases, backups, jobs, reports and the status, has a restore planned, and may write a request that people decide. It approves nothing and runs nothing, whatever it is told. Each call is a record of the audit trail, via agent; without a trail there is no call.',
  ],
  examples: ['db-ferry mcp', 'db-ferry mcp --root /backups --kubeconfig team.yaml'],
  operands: [],
  options: [],
  async run(call) {
    const { answerTo } = await import('../mcp/server');
    const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
    // one after the other: an agent is in no hurry, and clusters are spared
    for await (const line of lines) {
      if (line.trim() === '') continue;
      const answer = await answerTo(
        line,
        version,
        async (tool, given) => done(call, tool, given),
        async (tool) => noteRefusal(call, tool),
      );
      if (answer !== undefined) call.terminal.print(visibleJson(answer));
    }
    return 0;
  },
};

/** An attempt at what agents may not do stands in the trail, too; nothing is done whether or not it can be written. */
async function noteRefusal(call: Call, tool: string): Promise<void> {
  try {
    const { note, ownTrail } = await import('../../core/audit/ownTrail');
    const actor = { user: askedOf(call).by, via: 'agent' };
    await note(await ownTrail(), { type: 'agent.refused', actor, outcome: 'refused', details: { tool } });
  } catch (error) {
    call.terminal.info(`The attempt could not be written into the audit trail (${toAppError(error).code}).`);
  }
}

/** What it printed as lines of JSON, in a process of its own where nobody can be asked. */
async function done(call: Call, tool: AgentTool, given: Readonly<Record<string, string>>): Promise<ToolAnswer> {
  try {
    const { audited } = await import('../../core/audit/ownTrail');
    const actor = { user: askedOf(call).by, via: 'agent' };
    return await audited(
      'agent.call',
      { actor, details: { tool: tool.name, given } },
      async () => run(call, tool.line(given)),
      { outcomeOf: ({ failed }) => (failed ? 'failed' : 'done') },
    );
  } catch (error) {
    return { text: JSON.stringify({ error: toAppError(error).code }), failed: true };
  }
}

async function run(call: Call, [command = '', ...rest]: readonly string[]): Promise<ToolAnswer> {
  const places = kubeconfigsOf(call).flatMap((file) => ['--kubeconfig', file]);
  const own = ['--json', '--root', await rootOf(call), ...places];
  const { exitCode, stdout } = await execa(
    process.execPath,
    [...process.execArgv, process.argv[1] ?? '', command, ...own, ...rest],
    { reject: false, stdin: 'ignore', stderr: 'ignore', maxBuffer: mostTold, timeout: 300_000 },
  );
  // 3 is an answer: something is not as promised
  return { text: stdout, failed: exitCode !== 0 && exitCode !== 3 };
}

/** characters of an answer */
const mostTold = 1_000_000;
