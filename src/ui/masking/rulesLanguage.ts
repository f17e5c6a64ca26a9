import * as vscode from 'vscode';
import { isAppError } from '../../core/base/errors';
import type { MaskRules } from '../../core/mask/rules/maskRules';
import type { ErrorData } from '../../core/base/errorData';
import { transformWords } from '../../words/maskRuleWords';
import { rulesProblem } from '../../words/maskWords';
import { factsTooltip } from '../tooltip';
import { completionsFor } from './completions';
import { t } from '../../words/language';

/** Files of masking rules: YAML with what DB Ferry knows of it. */
export const rulesLanguage = 'dbferry-masking';

/** Problems as one writes, what may be written, and what a rule makes of made-up values. */
export function registerRulesLanguage(): vscode.Disposable {
  const problems = vscode.languages.createDiagnosticCollection(rulesLanguage);
  const look = (document: vscode.TextDocument): void => {
    if (document.languageId === rulesLanguage) void check(document, problems);
  };
  vscode.workspace.textDocuments.forEach(look);
  return vscode.Disposable.from(
    problems,
    vscode.workspace.onDidOpenTextDocument(look),
    vscode.workspace.onDidChangeTextDocument(({ document }) => look(document)),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => problems.delete(uri)),
    vscode.languages.registerCompletionItemProvider(rulesLanguage, { provideCompletionItems }, ':', ' ', '{', ','),
    vscode.languages.registerHoverProvider(rulesLanguage, { provideHover }),
  );
}

async function check(document: vscode.TextDocument, problems: vscode.DiagnosticCollection): Promise<void> {
  const { version } = document;
  const { problems: found } = await read(document);
  // another letter was typed meanwhile
  if (document.version !== version || document.isClosed) return;
  problems.set(document.uri, found);
}

async function read(
  document: vscode.TextDocument,
): Promise<{ readonly rules?: MaskRules; readonly problems: vscode.Diagnostic[] }> {
  const { readRules } = await import('../../core/mask/rules/readRules');
  try {
    return { rules: readRules(document.getText()), problems: [] };
  } catch (error) {
    if (!isAppError(error, 'mask.rules')) throw error;
    return { problems: error.data.problems.map((one) => diagnosticOf(document, one)) };
  }
}

function diagnosticOf(
  document: vscode.TextDocument,
  one: ErrorData['mask.rules']['problems'][number],
): vscode.Diagnostic {
  const line = Math.min(Math.max(0, one.line - 1), document.lineCount - 1);
  const at = document.validatePosition(new vscode.Position(line, Math.max(0, one.column - 1)));
  const range = document.getWordRangeAtPosition(at) ?? document.lineAt(at.line).range;
  const diagnostic = new vscode.Diagnostic(range, rulesProblem(one), vscode.DiagnosticSeverity.Error);
  diagnostic.source = 'DB Ferry';
  return diagnostic;
}

function provideCompletionItems(document: vscode.TextDocument, at: vscode.Position): vscode.CompletionItem[] {
  const before = document.lineAt(at.line).text.slice(0, at.character);
  return completionsFor(before).map(({ text, about, kind }) => {
    const kinds = { key: vscode.CompletionItemKind.Property, value: vscode.CompletionItemKind.EnumMember };
    const item = new vscode.CompletionItem(text, kinds[kind]);
    item.detail = about;
    item.insertText = kind === 'key' ? `${text}: ` : text;
    return item;
  });
}

async function provideHover(document: vscode.TextDocument, at: vscode.Position): Promise<vscode.Hover | undefined> {
  const { rules } = await read(document);
  if (rules === undefined || document.lineAt(at.line).text.trimStart().startsWith('#')) return undefined;
  const { examplesOf, ruleAt } = await import('../../core/mask/rules/exampleOf');
  const rule = ruleAt(rules, at.line + 1);
  if (rule === undefined || !('as' in rule)) return undefined;
  const { as } = rule.as;
  const lines = examplesOf(rule.as).map(
    ({ before, after }) => [t`Made up`, `${before}  →  ${after ?? 'NULL'}`] as const,
  );
  const under = lines.length === 0 ? undefined : t`a made-up key; in your target the same become others`;
  return new vscode.Hover(factsTooltip(`${as}: ${transformWords()[as]}`, [...lines, [t`Under`, under]]));
}
