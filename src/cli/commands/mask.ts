import { AppError } from '../../core/base/errors';
import { isBlocked } from '../../core/base/finding';
import { formatReference, type DatabaseReference } from '../../core/cluster/reference';
import type { OpenPod } from '../../core/pod/databasePod';
import { findingWords } from '../../words/findingWords';
import { safe } from '../../words/format';
import type { Call, Command } from '../command';
import { cliHints } from '../hints';
import { rulesText } from '../masking';
import { databaseReference } from '../operands';
import { kubeconfigsOf } from '../setting';

const application = 'db-ferry-mask';

/** Proposes rules for a database. */
const plan: Command = {
  name: 'mask plan',
  summary: 'propose masking rules for a database, as a file to read and to keep in git',
  more: [
    'It looks at the names of columns and at a few rows of each table, of which it prints nothing. A column for which nothing speaks stands in the file as a comment: say keep, or what else it needs.',
  ],
  examples: ['db-ferry mask plan prod/shop/postgres-0/shop > masking.yaml'],
  operands: [{ name: 'database ref', takes: ['database'] }],
  options: [],
  async run(call) {
    const { place, pod, signal } = await opened(call);
    const { proposedRules } = await import('../../words/proposedRules');
    const { proposeRules } = await import('../../core/mask/plan/proposeRules');
    const proposals = await proposeRules(pod, place.database, { application, signal });
    for (const one of proposals) call.terminal.event({ ...one, type: 'proposal', columnType: one.type });
    for (const line of proposedRules(proposals, formatReference(place)).trimEnd().split('\n'))
      call.terminal.line(safe(line));
    const data = { columns: proposals.length, open: proposals.filter(({ as }) => as === undefined).length };
    call.terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data });
    return 0;
  },
};

/** Holds rules against a database as it is now. */
const check: Command = {
  name: 'mask check',
  summary: 'hold masking rules against a database as it is now: columns that came since, rules that do not fit',
  examples: ['db-ferry mask check prod/shop/postgres-0/shop --mask masking.yaml'],
  operands: [{ name: 'database ref', takes: ['database'] }],
  options: ['mask'],
  async run(call) {
    const file = call.options.mask;
    if (file === undefined) throw new AppError('usage', { message: 'mask check needs --mask <rules.yaml>.' });
    const { readRules } = await import('../../core/mask/rules/readRules');
    const { planMask } = await import('../../core/mask/plan/planMask');
    const { MaskMaker } = await import('../../core/mask/transform/buildMask');
    const { readLiveModel } = await import('../../core/mask/plan/readLiveModel');
    const rules = readRules(await rulesText(file));
    const { place, pod, signal } = await opened(call);
    const model = await readLiveModel(pod, place.database, { application, signal });
    const { findings, tables } = planMask(rules, model, new MaskMaker(new Uint8Array(32), model.encoding));
    for (const finding of findings) {
      call.terminal.event({ type: 'finding', finding });
      call.terminal.line(safe(findingWords(finding, cliHints)));
    }
    const columns = [...tables.values()].flatMap((table) => [...table.columns.values()]);
    const masked = columns.filter(({ built }) => built.mask !== 'keep').length;
    const refused = isBlocked(findings);
    call.terminal.info(
      refused
        ? 'A masked backup or copy would be refused.'
        : `The rules cover it: ${masked} columns are masked, ${columns.length - masked} stay.`,
    );
    const exitCode = refused ? 4 : 0;
    const data = { masked, kept: columns.length - masked };
    call.terminal.event({ type: 'result', outcome: refused ? 'refused' : 'done', exitCode, data });
    return exitCode;
  },
};

async function opened(call: Call): Promise<{ place: DatabaseReference; pod: OpenPod; signal: AbortSignal }> {
  const place = await databaseReference(call.operands[0]);
  const { Places } = await import('../../core/job/plan/places');
  const { signal } = new AbortController();
  const places = new Places(kubeconfigsOf(call));
  const { pod, database } = await places.database(place, signal);
  return { place: { ...place, database }, pod, signal };
}

/** What has to do with masking. */
export const mask: readonly Command[] = [plan, check];
