import type { Damage } from '../core/audit/verifyTrail';

/** What is wrong with an audit trail, in a sentence. */
export function damageWords({ code, seq, anchor, key }: Damage): string {
  const record = `record ${seq ?? '?'}`;
  switch (code) {
    case 'missing':
      return `${record} is missing`;
    case 'unreadable':
      return `${record} is not readable as a record`;
    case 'number':
      return `${record} says another number of itself`;
    case 'trail':
      return `${record} is of another trail`;
    case 'chain':
      return `${record} was not written behind the one that stands before it`;
    case 'cut':
      return `the trail was cut: the anchor in ${anchor ?? '?'} has seen ${record}`;
    case 'changed':
      return `${record}, or something before it, is not what the anchor in ${anchor ?? '?'} has seen`;
    case 'forged':
      return `the anchor in ${anchor ?? '?'} is not signed by the key that it names`;
    case 'replaced':
      return `another trail stood here before: the anchor in ${anchor ?? '?'} is of it`;
    case 'stranger':
      return `${key ?? '?'} is no record`;
  }
}
