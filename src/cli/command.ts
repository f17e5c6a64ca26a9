import type { OperandKind, OptionName, Options } from './options';
import type { Terminal } from './terminal';

/** One command of the command line. The file of a command loads what is heavy when it is run. */
export interface Command {
  /** one word, or two where it is one of a group: `keys trust` */
  readonly name: string;
  readonly summary: string;
  /** paragraphs that only its own help shows */
  readonly more?: readonly string[];
  readonly examples: readonly string[];
  readonly operands: readonly Operand[];
  /** its own options, beside the common ones */
  readonly options: readonly OptionName[];
  readonly hidden?: boolean;
  /** of one that changes something and is no job: what the audit trail calls it; undefined where it changes nothing as it is called */
  readonly changes?: (call: Pick<Call, 'operands' | 'options'>) => string | undefined;
  /** Returns the exit code (`help exit-codes`) after it wrote a result to the terminal. Throws `AppError`. */
  run(call: Call): Promise<number>;
}

/** One operand of a command: what help calls it, and what is offered when it is completed. */
export interface Operand {
  /** `database ref`, shown between angle brackets */
  readonly name: string;
  readonly takes: readonly OperandKind[];
  /** these words and no others; they are shown instead of the name */
  readonly words?: readonly string[];
  readonly optional?: true;
}

/** One use of a command. */
export interface Call {
  readonly operands: readonly string[];
  readonly options: Options;
  readonly terminal: Terminal;
}

/** How many operands it takes, at least and at most. */
export function operandCount({ operands }: Pick<Command, 'operands'>): readonly [min: number, max: number] {
  return [operands.filter(({ optional }) => optional !== true).length, operands.length];
}

/** `restore <backup> <database ref>` */
export function usageOf({ name, operands }: Pick<Command, 'name' | 'operands'>): string {
  const shown = operands.map(({ name: what, words, optional }) => {
    const text = words === undefined ? `<${what}>` : words.join('|');
    return optional === true ? `[${text}]` : text;
  });
  return [name, ...shown].join(' ');
}
