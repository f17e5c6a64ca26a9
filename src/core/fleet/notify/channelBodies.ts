import type { JsonObject } from '../../base/json';
import type { Message } from './notifyEvents';

/** What a Slack webhook is sent: blocks of plain text, in which nothing is markup, and a fallback whose signs are escaped. Pure. */
export function slackBody({ subject, body, facts, links }: Message): JsonObject {
  const { browser } = facts;
  const plain = (text: string): JsonObject => ({ type: 'plain_text', text, emoji: false });
  return {
    text: slackEscaped(subject),
    blocks: [
      { type: 'header', text: plain(subject.slice(0, 150)) },
      ...pieces(body, 2900).map((text) => ({ type: 'section', text: plain(text) })),
      ...(browser === undefined
        ? []
        : [{ type: 'actions', elements: [{ type: 'button', text: plain(links.browser), url: browser }] }]),
    ],
  };
}

/** `<!channel>` and its like are made of these. */
function slackEscaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** What a Teams workflow is sent: an Adaptive Card of text runs, in which no Markdown is read. Pure. */
export function teamsBody({ subject, body, facts, links }: Message): JsonObject {
  const run = (text: string, more: JsonObject = {}): JsonObject => ({
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text, ...more }],
  });
  const color = bad.has(facts.event) ? 'attention' : facts.event === 'done' ? 'good' : 'default';
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.5',
          body: [
            run(subject, { weight: 'bolder', size: 'medium', color }),
            ...body
              .slice(0, 12_000)
              .split('\n')
              .filter((line) => line.trim() !== '')
              .map((line) => run(line)),
          ],
          ...(facts.browser === undefined
            ? {}
            : { actions: [{ type: 'Action.OpenUrl', title: links.browser, url: facts.browser }] }),
        },
      },
    ],
  };
}

const bad: ReadonlySet<string> = new Set(['failed', 'unknown', 'emergency', 'escalated', 'overdue']);

/** What a webhook of one's own is sent: an event of CloudEvents 1.0. Pure. */
export function cloudEventBody({ subject, body, facts }: Message, id: string): JsonObject {
  return {
    ...{ specversion: '1.0', id, source: 'urn:db-ferry', type: `io.db-ferry.notify.${facts.event}`, time: facts.time },
    ...(facts.place === undefined ? {} : { subject: facts.place }),
    datacontenttype: 'application/json',
    data: { subject, body, ...facts },
  };
}

/** The HTML half of a mail: the text as it is, in a page without a picture or a script, and with no link but those to the request itself. Pure. */
export function mailHtml({ subject, body, facts, links: words }: Message): string {
  const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const links = [
    [facts.browser, words.browser],
    [facts.editor, words.editor],
  ].flatMap(([address = '', text = '']) =>
    address === '' ? [] : [`<a href="${escaped(address)}">${escaped(text)}</a>`],
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(subject)}</title></head><body><h1 style="font:600 17px sans-serif">${escaped(subject)}</h1><pre style="font:14px/1.5 monospace;white-space:pre-wrap">${escaped(body)}</pre>${links.length === 0 ? '' : `<p style="font:15px sans-serif">${links.join(' &#183; ')}</p>`}</body></html>`;
}

function pieces(text: string, most: number): string[] {
  const all: string[] = [];
  for (let at = 0; at < text.length && all.length < 5; at += most) all.push(text.slice(at, at + most));
  return all.filter((piece) => piece.trim() !== '');
}
