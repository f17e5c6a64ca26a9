import { AppError } from '../../core/base/errors';
import { parseReference } from '../../core/cluster/reference';
import { endedRightLines, governanceLines } from '../../words/requestWords';
import { shellCommand, shellWord } from '../../words/shellCommand';
import type { Command } from '../command';
import { knownBy } from '../policyQuestion';
import { kubeconfigsOf } from '../setting';

/** Says what keeps people from doing what they should not, in one namespace. */
export const governanceCheck: Command = {
  name: 'governance check',
  summary: 'find out by trying which level of governance holds in a namespace for your login',
  more: [
    'A request in the name of somebody else and a right for a group are tried, which have to be denied; the server only says what it would do, and keeps nothing of them. Exit 3 where it is not enforced.',
  ],
  examples: ['db-ferry governance check prod/shop'],
  operands: [{ name: 'cluster/namespace', takes: ['place'] }],
  options: [],
  async run(call) {
    const { cluster, namespace } = parseReference(call.operands[0] ?? '');
    if (namespace === undefined) throw new AppError('usage', { message: 'governance check wants cluster/namespace.' });
    const { client } = await knownBy({ kubeconfigs: kubeconfigsOf(call), cluster });
    if (client === undefined) throw new AppError('usage', { message: `no kubeconfig knows the cluster ${cluster}.` });
    const { checkGovernance } = await import('../../core/governance/checkGovernance');
    const found = await checkGovernance(client, namespace);
    const { endedRights } = await import('../../core/governance/endedRights');
    const ended = found.level === 'advisory' ? undefined : await endedRights(client, namespace);
    const removing = (right: string): string =>
      shellCommand('kubectl delete rolebinding', [right], `-n ${shellWord(namespace)}`);
    const exitCode = found.level === 'enforced' ? 0 : 3;
    const outcome = exitCode === 0 ? 'done' : 'differences';
    call.terminal.event({ type: 'result', outcome, exitCode, data: { ...found, ended: ended ?? null } });
    for (const line of [...governanceLines(found), ...endedRightLines(ended, removing)]) call.terminal.line(line);
    return exitCode;
  },
};
