import type { Finding } from '../core/base/finding';
import type { JobEvent } from '../core/job/record/jobEvents';
import type { Phase } from '../core/base/progress';
import { findingWords } from '../words/findingWords';
import { noteWords } from '../words/noteWords';
import { localTime, safe } from '../words/format';
import { expectedText, phaseWords, progressText } from '../words/progressWords';
import { cliHints } from './hints';
import type { Terminal } from './terminal';

/** Notes by which a job finds out, later, what became of it. */
const ofMachines: readonly string[] = ['swap.side', 'inPlace.transaction', 'audit.anchor', 'cluster.knownAs'];

/** Shows a job's events: on a terminal one line that changes, else one line for each phase. */
export class ProgressLine {
  private phase: Phase | undefined;
  private drawn = false;
  private readonly found = new Set<string>();

  constructor(private readonly terminal: Terminal) {}

  show(event: JobEvent): void {
    switch (event.type) {
      case 'started':
        this.say(`job ${event.job}`);
        break;
      case 'phase':
        this.enter(event.phase, event.time);
        break;
      case 'progress':
        this.draw(progressText(event));
        break;
      case 'expected':
        this.say(expectedText(event));
        break;
      case 'finding':
        this.found.add(JSON.stringify(event.finding));
        this.say(safe(findingWords(event.finding, cliHints)));
        break;
      case 'note':
        if (!ofMachines.includes(event.code)) this.say(safe(noteWords(event.code, event.data, cliHints)));
        break;
      case 'result':
        this.clear();
    }
  }

  /** Removes the changing line before something else is printed. */
  clear(): void {
    if (this.drawn) this.terminal.live('');
    this.drawn = false;
  }

  /** True for a finding that was shown while the job ran. */
  hasShown(finding: Finding): boolean {
    return !this.terminal.quiet && this.found.has(JSON.stringify(finding));
  }

  private enter(phase: Phase, time: string): void {
    if (phase === this.phase) return;
    this.phase = phase;
    if (this.terminal.isLive) this.draw(`${phaseWords()[phase]} …`);
    else this.say(`${localTime(time)} ${phaseWords()[phase]}`);
  }

  private draw(text: string): void {
    if (!this.terminal.isLive) return;
    this.drawn = true;
    this.terminal.live(text);
  }

  private say(text: string): void {
    this.clear();
    this.terminal.info(text);
  }
}
