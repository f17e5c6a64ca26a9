import { knownForm } from './forms';
import { hintForms, raisedForms, serverForms } from './serverForms';
import { afterLoss, toolBeforeServer, toolForms } from './toolForms';
import { conditions } from './sqlState';

/**
 * What psql, pg_dump, pg_restore and the server said, without rows, statements and secrets. A message is shown when its form is known (`serverForms`):
 * names of objects stay, values go. Of every other one only the severity is, and the SQLSTATE where the tool told it: whatever a trigger raises, and in
 * whatever language the server speaks. No DETAIL, no statement text; of a CONTEXT the place. `cut`: the text may begin in the middle of something. Pure.
 */
export function serverMessage(text: string, options: { readonly cut?: boolean } = {}): string {
  const take = serverLines(options);
  const lines = text.trim().split('\n').map(take);
  return lines.filter((line) => line !== undefined).join('\n');
}

/** Stands for words that are not shown. */
export const withheld = '…';

/** The SQLSTATE of the last error that psql told of, where it did. */
export function sqlStateOf(stderr: string): string | undefined {
  const states = stderr.split('\n').flatMap((line) => {
    const { server } = takeApart(line) ?? {};
    return server?.state === undefined || server.severity === 'WARNING' ? [] : [server.state];
  });
  return states.at(-1);
}

/** The same line by line, in their order: each as it may be shown, or undefined. */
export function serverLines(options: { readonly cut?: boolean } = {}): (line: string) => string | undefined {
  // what has no label belongs to what stands before it: a row, a statement, the rest of a message
  let isBehind = options.cut === true;
  let namesAreShown = false;
  let detailsAreNames = false;
  return (raw) => {
    const line = raw.replaceAll(colours, '').replace(/\r$/, '');
    const found = takeApart(line);
    if (found) {
      const isDetail = found.text.startsWith('detail: ');
      isBehind = found.server !== undefined || (isDetail && !detailsAreNames);
      const shown = isDetail && detailsAreNames ? `${found.tool}${found.text}` : showMessage(found);
      if (!isDetail) detailsAreNames = /^warning: .*(?:foreign-key constraints|dependency loop).*:$/.test(found.text);
      namesAreShown = found.server?.state !== undefined && !isRaised(found.server);
      return shown;
    }
    const [, label = '', rest = ''] = /^([A-Z][A-Z ]{2,15}):\s+(\S.*)?$/.exec(line) ?? [];
    if (label === 'HINT') return withLabel('HINT', knownForm(hintForms, rest));
    if (label === 'CONTEXT') {
      isBehind = true;
      return withLabel('CONTEXT', placeOf(rest));
    }
    if (objectLabels.has(label)) return namesAreShown && rest.length < 200 ? line : undefined;
    if (isBehind) return afterLossOf(line);
    if (/^(?:DETAIL|QUERY|STATEMENT|LOCATION|LINE \d+|(?:Command|Query) was):/i.test(line)) {
      isBehind = true;
      return undefined;
    }
    return afterLossOf(line) ?? (ofShell.test(line) && line.length < 300 ? line : undefined);
  };
}

interface Message {
  /** `pg_dump: `, `psql:<stdin>:3: `, or nothing */
  readonly tool: string;
  /** what the tool says itself, the server's part left out */
  readonly text: string;
  readonly server?: { readonly severity: string; readonly state?: string; readonly text: string };
}

/** A line that begins a message: of a tool, of the server in it, or of the server alone. */
function takeApart(line: string): Message | undefined {
  const tool = /^(?:pg_dump|pg_restore|pg_dumpall|psql)(?:: |:[^:\n]{0,40}:\d+: )/.exec(line)?.[0] ?? '';
  const rest = line.slice(tool.length);
  const server = serverPart(rest);
  if (server === undefined) return tool === '' ? undefined : { tool, text: rest };
  const text = rest.slice(0, server.at).trimEnd();
  if (tool === '' && (text !== '' || !severities.has(server.severity))) return undefined;
  return { tool, text, server };
}

/** libpq writes `SEVERITY:  text` with two blanks, in every language, and `SEVERITY:  SQLSTATE: text` where it is asked to. */
function serverPart(text: string): (NonNullable<Message['server']> & { at: number }) | undefined {
  const colon = text.indexOf(':  ');
  if (colon < 0) return undefined;
  const at = text.lastIndexOf(' ', colon) + 1;
  const severity = text.slice(at, colon);
  if (!/^\p{L}{2,24}$/u.test(severity)) return undefined;
  const words = text.slice(colon + 3);
  const state = /^([0-9A-Z]{5}): /.exec(words)?.[1];
  return {
    at,
    severity,
    ...(state === undefined ? {} : { state }),
    text: state === undefined ? words : words.slice(7),
  };
}

function showMessage({ tool, text, server }: Message): string | undefined {
  if (server === undefined) {
    const shown = knownForm(toolForms, text);
    if (shown !== undefined) return `${tool}${shown}`;
    const [, kind = ''] = /^(error|warning|fatal): /.exec(text) ?? [];
    return kind === '' || /^\w+: (?:query|command) was:/i.test(text) ? undefined : `${tool}${kind}: ${withheld}`;
  }
  const before = text === '' ? '' : (knownForm(toolBeforeServer, text) ?? `error: ${withheld}:`);
  const words = knownForm(isRaised(server) ? raisedForms : serverForms, server.text) ?? unknown(server.state);
  const severity = severities.has(server.severity) ? server.severity : 'ERROR';
  return `${tool}${before}${before === '' ? '' : ' '}${severity}:  ${words}`;
}

function unknown(state: string | undefined): string {
  if (state === undefined) return withheld;
  const condition = conditions[state];
  return `${state}${condition === undefined ? '' : ` ${condition}`} ${withheld}`;
}

/** By a RAISE, which says what it likes, perhaps in the words of the server. */
function isRaised({ state }: NonNullable<Message['server']>): boolean {
  return state?.startsWith('P0') === true;
}

function withLabel(label: string, text: string | undefined): string | undefined {
  return text === undefined ? undefined : `${label}:  ${text}`;
}

/** Table, line and column of a COPY; function, line and kind of statement of PL/pgSQL. */
function placeOf(context: string): string | undefined {
  const copied = /^COPY [^\n]{1,200}?, line \d{1,20}(?:, column [^:\n]{1,200})?/.exec(context)?.[0];
  if (copied !== undefined) return copied;
  return /^PL\/pgSQL function [^"\n]{1,400} line \d{1,9} (?:at [A-Za-z ]{1,40}|during [a-z ]{1,60})$/.exec(
    context,
  )?.[0];
}

function afterLossOf(line: string): string | undefined {
  return knownForm(afterLoss, line.trim()) === undefined ? undefined : line;
}

/** In the languages that servers speak. All else of a message libpq words itself, in English, as we ask it to. */
const severities = new Set([
  ...['ERROR', 'FATAL', 'PANIC', 'WARNING', 'NOTICE', 'INFO', 'LOG', 'DEBUG', 'FEHLER', 'WARNUNG', 'HINWEIS', 'PANIK'],
  ...['ERREUR', 'ATTENTION', 'ADVERTENCIA', 'NOTICIA', 'ERRORE', 'ATTENZIONE', 'AVVISO', 'ERRO', 'AVISO', 'BŁĄD'],
  ...['OSTRZEŻENIE', 'FEL', 'VARNING', 'HATA', 'UYARI', 'ОШИБКА', 'ПРЕДУПРЕЖДЕНИЕ', 'ВАЖНО', 'ЗАМЕЧАНИЕ', 'ПОМИЛКА'],
  ...['ПОПЕРЕДЖЕННЯ', 'エラー', '警告', '错误', '오류', '경고', 'CHYBA', 'VAROVÁNÍ', 'შეცდომა'],
]);
/** What the server says a message is about: names. */
const objectLabels = new Set(['SCHEMA NAME', 'TABLE NAME', 'COLUMN NAME', 'DATATYPE NAME', 'CONSTRAINT NAME']);
/** A shell, or what it could not start. */
const ofShell =
  /^(?:(?:[\w./-]{1,60}: ){1,3}(?:line \d{1,6}: )?[\w./ -]{1,80}: )?(?:not found|command not found|No such file or directory|Permission denied|cannot execute: [A-Za-z ]{1,40}|Killed|Terminated|Segmentation fault(?: \(core dumped\))?|Out of memory)$/;
/** PG_COLOR, where somebody's tool does not listen to us */
const colours = /\x1b\[[0-9;]{0,20}[mK]/g;
