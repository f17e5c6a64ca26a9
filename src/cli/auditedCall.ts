import { toAppError } from '../core/base/errors';
import { safe } from '../words/format';
import type { Call, Command } from './command';
import { askedOf } from './setting';
import { defined } from '../core/base/defined';

/** Runs a command that changes something and is no job, framed by its intent and its outcome in the audit trail. Throws `audit.unwritable`, and what the command throws. */
export async function runAudited(command: Command, kind: string, call: Call): Promise<number> {
  const { audited } = await import('../core/audit/ownTrail');
  const { by, reason, approval } = askedOf(call);
  const { operands, options, terminal } = call;
  // of options that hold texts the name alone: a path or a key is no business of the trail
  const named = Object.entries(options).map(([name, value]) => (typeof value === 'boolean' ? name : `${name}=…`));
  const asked = defined({ reason, approval });
  return audited(
    kind,
    {
      actor: { user: by, via: 'terminal' },
      ...(Object.keys(asked).length === 0 ? {} : { request: asked }),
      details: { operands: operands.map(told), ...(named.length === 0 ? {} : { options: named }) },
    },
    async () => command.run(call),
    {
      outcomeOf: (exitCode) => outcomes[exitCode] ?? 'failed',
      onLost: (error) =>
        terminal.error(safe(`The outcome could not be written into the audit trail: ${toAppError(error).message}`)),
    },
  );
}

/** Who types a secret in the place of a public key does not have it kept. */
function told(operand: string): string {
  return /secret|^-----/i.test(operand) ? '…' : operand;
}

const outcomes: Readonly<Partial<Record<number, string>>> = { 0: 'done', 3: 'differences', 130: 'cancelled' };
