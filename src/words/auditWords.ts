import type { Damage } from '../core/audit/verifyTrail';
import { t } from './language';

/** What is wrong with an audit trail, in a sentence. */
export function damageWords({ code, seq, anchor, key }: Damage): string {
  const record = t`record ${seq ?? '?'}`;
  switch (code) {
    case 'missing':
      return t`${record} is missing`;
    case 'unreadable':
      return t`${record} is not readable as a record`;
    case 'number':
      return t`${record} says another number of itself`;
    case 'trail':
      return t`${record} is of another trail`;
    case 'chain':
      return t`${record} was not written behind the one that stands before it`;
    case 'cut':
      return t`the trail was cut: the anchor in ${anchor ?? '?'} has seen ${record}`;
    case 'changed':
      return t`${record}, or something before it, is not what the anchor in ${anchor ?? '?'} has seen`;
    case 'forged':
      return t`the anchor in ${anchor ?? '?'} is not signed by the key that it names`;
    case 'replaced':
      return t`another trail stood here before: the anchor in ${anchor ?? '?'} is of it`;
    case 'stranger':
      return t`${key ?? '?'} is no record`;
  }
}
