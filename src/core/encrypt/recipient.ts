import { Encrypter } from 'age-encryption';
import { AppError } from '../base/errors';

/** True for a recipient that withstands quantum computers. Pure. */
export function isHybrid(recipient: string): boolean {
  return recipient.startsWith('age1pq1') || recipient.startsWith('age1tagpq1');
}

/**
 * Throws `recipient.invalid` { recipient?, reason }: `secret` for an identity, which is not repeated, `ssh`, `plugin` for what stock age knows and this does not, `form` for anything else that is none.
 */
export function checkRecipient(text: string): void {
  if (/^AGE-(SECRET-KEY|PLUGIN)-/i.test(text)) throw new AppError('recipient.invalid', { reason: 'secret' });
  const recipient = text.slice(0, 100);
  if (text.startsWith('ssh-')) throw new AppError('recipient.invalid', { recipient, reason: 'ssh' });
  const isOne = /^age1[0-9a-z]{10,4000}$/.test(text) && isTaken(text);
  if (isOne) return;
  const reason = /^age1[0-9a-z-]+$/.test(text) && text.includes('1', 4) ? 'plugin' : 'form';
  throw new AppError('recipient.invalid', { recipient, reason });
}

/** Throws `recipient.invalid` { reason: 'mixed' } where only some withstand quantum computers: then none of it does. Stock age refuses that, too. */
export function checkTogether(recipients: readonly string[]): void {
  const hybrid = recipients.filter(isHybrid).length;
  if (hybrid > 0 && hybrid < recipients.length) throw new AppError('recipient.invalid', { reason: 'mixed' });
}

function isTaken(recipient: string): boolean {
  try {
    new Encrypter().addRecipient(recipient);
    return true;
  } catch {
    return false;
  }
}
