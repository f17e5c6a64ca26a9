import type { OptionName, Options } from './options';
import type { Terminal } from './terminal';

/** One command of the command line. The file of a command loads what is heavy when it is run. */
export interface Command {
  readonly name: string;
  /** operands and options as help shows them after the name */
  readonly usage: string;
  readonly summary: string;
  readonly examples: readonly string[];
  /** how many operands it takes */
  readonly operands: readonly [min: number, max: number];
  /** its own options, beside the common ones */
  readonly options: readonly OptionName[];
  readonly hidden?: boolean;
  /** Returns the exit code (DESIGN section 7) after it wrote a result to the terminal. Throws `AppError`. */
  run(call: Call): Promise<number>;
}

/** One use of a command. */
export interface Call {
  readonly operands: readonly string[];
  readonly options: Options;
  readonly terminal: Terminal;
}
