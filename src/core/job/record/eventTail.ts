import { parseJson } from '../../base/json';
import { isAppError } from '../../base/errors';
import { openSafely } from '../../base/safeFile';
import { eventOf } from './eventForm';
import type { JobEvent } from './jobEvents';

/** Which events are wanted: of a long job nearly all are progress, and only its last says anything about now. */
export type Wanted = 'all' | 'last progress';

/** Reads what was added to a file of events since the last time, whole lines only. */
export class EventTail {
  private offset = 0;
  private rest: Buffer = Buffer.alloc(0);

  constructor(
    private readonly path: string,
    private readonly wanted: Wanted = 'all',
  ) {}

  /** The new events; none where the file is not there. Throws `file.refused` for what is no file of ours. */
  async next(): Promise<JobEvent[]> {
    const parts = [this.rest];
    // to the end: a line longer than one read would look like silence
    for (;;) {
      const added = await this.readOn();
      if (added.length === 0) break;
      parts.push(added);
    }
    if (parts.length === 1) return [];
    const bytes = Buffer.concat(parts);
    const end = bytes.lastIndexOf(0x0a) + 1;
    this.rest = bytes.subarray(end);
    return parseEvents(bytes.toString('utf8', 0, end), this.wanted);
  }

  private async readOn(): Promise<Buffer> {
    let file;
    try {
      file = await openSafely(this.path, { own: true });
    } catch (error) {
      if (isAppError(error)) throw error;
      return Buffer.alloc(0);
    }
    try {
      const { size } = await file.stat();
      const buffer = Buffer.alloc(Math.max(0, Math.min(size - this.offset, 1024 * 1024)));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, this.offset);
      this.offset += bytesRead;
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }
}

/** The events in a text; a torn line (the last of a killed process, or of a full disk) and one that is no event are left out. */
export function parseEvents(text: string, wanted: Wanted = 'all'): JobEvent[] {
  const lines = text.split('\n');
  const lastProgress = wanted === 'all' ? -1 : lines.findLastIndex(isProgress);
  const events: JobEvent[] = [];
  lines.forEach((line, index) => {
    if (wanted === 'last progress' && index !== lastProgress && isProgress(line)) return;
    const event = parseEvent(line);
    if (event) events.push(event);
  });
  return events;
}

/** Seen without parsing the line: that is what costs. */
function isProgress(line: string): boolean {
  return line.startsWith('{"time":"') && line.startsWith(',"type":"progress"', timeEnd);
}

/** Where the time ends in every line: an ISO time has 24 characters. */
const timeEnd = '{"time":"2026-11-23T05:15:14.000Z"'.length;

function parseEvent(line: string): JobEvent | undefined {
  if (line === '') return undefined;
  return eventOf(parseJson(line));
}
