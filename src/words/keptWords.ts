import type { Proof } from '../core/restore/side/marks';
import { localTime, size } from './format';
import { t } from './language';

/** A kept database as a person sees it before something is done with it. */
export interface KeptFacts {
  readonly name: string;
  readonly owner: string;
  readonly bytes?: number;
  /** when the database was made, where the server says it */
  readonly made?: string;
  /** the job that kept it, as its mark says */
  readonly job: string;
  /** when that was, as its mark says */
  readonly time?: string;
  readonly proof: Proof;
}

/** `shop__before_t3kq0v1x9z: owner shop_owner, 412 MB, kept by job t3kq0v1x9z` */
export function keptLine({ name, owner, bytes, made, job, time, proof }: KeptFacts): string {
  const facts = [
    t`owner ${owner}`,
    bytes === undefined ? undefined : size(bytes),
    made === undefined ? undefined : t`made ${localTime(made)}`,
    t`${proofWords(proof)} job ${job}`,
    time === undefined || proof.how === 'claim' ? undefined : localTime(time),
  ];
  return `${name}: ${facts.filter((fact) => fact !== undefined).join(', ')}`;
}

/** How sure it is who kept it; goes before the job. */
export function proofWords(proof: Proof): string {
  if (proof.how === 'record') return t`kept by`;
  if (proof.how === 'signed')
    return proof.by === 'own'
      ? t`kept by`
      : t`kept by ${proof.name === undefined || proof.name === '' ? t`a workspace that you trust` : proof.name},`;
  if (proof.why === 'unknown') return t`claims to be kept by another workspace, whose key you do not trust,`;
  return proof.why === 'wrong'
    ? t`claims, with a signature that is not its own, to be kept by`
    : t`claims to be kept by`;
}
