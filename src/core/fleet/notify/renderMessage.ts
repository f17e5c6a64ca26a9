import { own } from '../../base/ownSaying';
import path from 'node:path';
import Mustache from 'mustache';
import { AppError, isErrno } from '../../base/errors';
import { readSafely } from '../../base/safeFile';
import { visible } from '../../base/visible';
import type { Message, MessageFacts, MessageWords, NotifyEvent } from './notifyEvents';

/**
 * A message from its facts: the subject from the event, the body from a template, one's own where there is one. Facts are shown as texts on one line each: what a name or a server says is neither markup nor a
 * further line. Throws `notify.template` { file, message }.
 */
export async function renderMessage(facts: MessageFacts, words: MessageWords, folder?: string): Promise<Message> {
  const { text, file } = await templateOf(facts.event, words, folder);
  const shown = Object.fromEntries(
    Object.entries(facts).map(([name, value]: [string, string | readonly string[]]) => [
      name,
      typeof value === 'string' ? oneLine(value) : value.map((line) => oneLine(line)),
    ]),
  );
  const view = {
    ...shown,
    word: words.events[facts.event],
    hasLines: (facts.lines ?? []).length > 0,
    hasContacts: (facts.contacts ?? []).length > 0,
  };
  try {
    const body = Mustache.render(text, view, undefined, { escape: String });
    return {
      facts,
      subject: subjectOf(facts, words),
      body: `${body.trim()}\n`.slice(0, longestBody),
      links: words.links,
    };
  } catch (error) {
    throw new AppError('notify.template', { file, message: error instanceof Error ? oneLine(error.message) : '' });
  }
}

/** `[DB Ferry] FAILED: Restore shop into …`. No template has a say in it. Pure. */
export function subjectOf({ event, title }: MessageFacts, words: MessageWords): string {
  return `[DB Ferry] ${words.events[event]}: ${oneLine(title)}`.slice(0, 200);
}

/** A text of one line, with nothing in it that cannot be seen. Pure. */
export function oneLine(text: string): string {
  return visible(text.replaceAll(/[\r\n\u2028\u2029]+/g, ' ')).slice(0, 2000);
}

async function templateOf(
  event: NotifyEvent,
  words: MessageWords,
  folder: string | undefined,
): Promise<{ readonly text: string; readonly file: string }> {
  const shipped = { text: words.templates[event], file: `${event}.mustache` };
  if (folder === undefined) return shipped;
  const file = path.join(folder, `${event}.mustache`);
  try {
    return { text: (await readSafely(file, { most: 64_000 })).toString(), file };
  } catch (error) {
    if (isErrno(error, ['ENOENT', 'ENOTDIR'])) return shipped;
    throw new AppError('notify.template', { file, message: own('own.unreadable') }, { cause: error });
  }
}

const longestBody = 16_000;
