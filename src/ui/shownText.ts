import { visible, visibleLines } from '../core/base/visible';

/*
 * What the editor makes of a text: `[label](command:…)` in notifications, prompts and validation messages becomes a link that runs the command,
 * `$(name)` in rows of pickers and in the status bar becomes an icon. A name, a server's message or a manifest may hold all of it.
 */

/** A text of one line for a notification, a title or a prompt: no link, nothing hidden, no more than is read. Pure. */
export function noticeText(text: string): string {
  return shortened(withoutLinks(visible(flat(text))), most.notice);
}

/** A text of several lines for a modal. Pure. */
export function modalText(text: string): string {
  return shortened(withoutLinks(visibleLines(text)), most.modal);
}

/** The label, description or detail of a row in a picker, or the text of the status bar: an icon is not made of it. Pure. */
export function labelText(text: string): string {
  return shortened(withoutLinks(visible(flat(text))), most.label).replaceAll('$(', '\\$(');
}

/** The label or description of a row in a tree. Pure. */
export function rowText(text: string): string {
  return shortened(visible(flat(text)), most.label);
}

/** Several lines on hover, as plain text. Pure. */
export function hoverText(text: string): string {
  return shortened(visibleLines(text), most.modal);
}

const most = { notice: 1000, label: 300, modal: 8000 };

/** Our own texts break lines where there is room. */
function flat(text: string): string {
  return text.replaceAll('\n', ' ');
}

function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}

function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${Array.from(text.slice(0, length)).slice(0, -1).join('')}…`;
}
