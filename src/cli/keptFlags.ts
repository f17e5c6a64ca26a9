import type { OptionName } from './options';

/** The options of what works on databases that restores kept. */
export const keptFlags = ['yes', 'confirm', 'plan'] as const satisfies readonly OptionName[];
