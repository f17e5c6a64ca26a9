import type { Proposal } from '../core/mask/plan/propose';
import { t } from './language';

/** The proposals as a file of rules. What a person must say stands in it as a comment: without it the file is refused. */
export function proposedRules(proposals: readonly Proposal[], database: string): string {
  const lines = [
    `# ${t`Proposed for ${plain(database)}. Read each line: a rule is a promise about a column.`}`,
    'version: 1',
    'default: deny',
    'columns:',
  ];
  for (const one of proposals) {
    const paths = one.as === 'json' ? ', paths: {}' : '';
    const rule = `{match: ${JSON.stringify(one.match)}, as: ${one.as ?? 'keep'}${paths}}`;
    lines.push(`  ${one.as === undefined ? '# ' : ''}- ${rule}  # ${plain(one.type)}; ${whyOf(one)}`);
  }
  return `${lines.join('\n')}\n`;
}

function whyOf({ because, says, looked, hits }: Proposal): string {
  if (because === 'nothing') return t`nothing found in ${looked} values`;
  const reason = { label: t`label`, name: t`name`, values: t`values`, type: t`type` }[because];
  const seen = looked === 0 ? '' : `, ${t`${hits} of ${looked} values`}`;
  return `${reason}${says === undefined ? '' : `: ${says}`}${seen}`;
}

/** A name in a comment ends no line and turns none around. */
function plain(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?');
}
