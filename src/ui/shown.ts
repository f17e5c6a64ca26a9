import * as vscode from 'vscode';
import { labelText, modalText, noticeText } from './shownText';

/*
 * The editor's ways to say and ask something, by their own names: whatever is said is text. Nothing else calls the editor's own (a rule of the
 * linter), so that no caller can forget it.
 */

/** A modal with its detail. */
export interface Modal {
  readonly modal: true;
  readonly detail?: string;
}

/** Says it, and returns the button that was pressed, as it was given. */
export async function showInformationMessage(
  message: string,
  ...items: readonly string[]
): Promise<string | undefined> {
  return pressed(items, (titles) => vscode.window.showInformationMessage(noticeText(message), ...titles));
}

/** Says what went wrong, and returns the button that was pressed. */
export async function showErrorMessage(message: string, ...items: readonly string[]): Promise<string | undefined> {
  return pressed(items, (titles) => vscode.window.showErrorMessage(noticeText(message), ...titles));
}

/** Warns, or asks in a modal, and returns the button that was pressed. */
export async function showWarningMessage(message: string, ...items: readonly string[]): Promise<string | undefined>;
export async function showWarningMessage(
  message: string,
  modal: Modal,
  ...items: readonly string[]
): Promise<string | undefined>;
export async function showWarningMessage(
  message: string,
  ...more: readonly (Modal | string)[]
): Promise<string | undefined> {
  const items = more.filter((one) => typeof one === 'string');
  const modal = more.find((one) => typeof one === 'object');
  if (!modal) return pressed(items, (titles) => vscode.window.showWarningMessage(noticeText(message), ...titles));
  const detail = modal.detail === undefined ? {} : { detail: modalText(modal.detail) };
  return pressed(items, (titles) =>
    vscode.window.showWarningMessage(modalText(message), { modal: true, ...detail }, ...titles),
  );
}

/** Buttons are compared by what they were given. */
async function pressed(
  items: readonly string[],
  say: (titles: readonly string[]) => Thenable<string | undefined>,
): Promise<string | undefined> {
  const titles = items.map(noticeText);
  const title = await say(titles);
  return title === undefined ? undefined : (items[titles.indexOf(title)] ?? title);
}

/** A notification with what is done meanwhile. */
export function withProgress<Result>(
  { title, cancellable = false }: { readonly title: string; readonly cancellable?: boolean },
  task: (
    progress: { report(value: { readonly message?: string; readonly increment?: number }): void },
    token: vscode.CancellationToken,
  ) => Thenable<Result>,
): Thenable<Result> {
  const location = vscode.ProgressLocation.Notification;
  return vscode.window.withProgress({ location, title: noticeText(title), cancellable }, (progress, token) =>
    task(
      {
        report: ({ message, ...rest }) =>
          progress.report({ ...rest, ...(message === undefined ? {} : { message: noticeText(message) }) }),
      },
      token,
    ),
  );
}

/** Asks for one of several rows; undefined where it is given up. */
export async function showQuickPick<
  Row extends { readonly label: string; readonly description?: string; readonly detail?: string },
>(
  rows: readonly Row[],
  { title, placeHolder }: { readonly title: string; readonly placeHolder: string },
): Promise<Row | undefined> {
  const items = rows.map((row) => ({ ...shownRow(row), row }));
  return (await vscode.window.showQuickPick(items, { title: noticeText(title), placeHolder: noticeText(placeHolder) }))
    ?.row;
}

/** Asks which of some rows hold; those that hold already are `picked`. Undefined where it is given up. */
export async function showManyPick<
  Row extends {
    readonly label: string;
    readonly description?: string;
    readonly detail?: string;
    readonly picked: boolean;
  },
>(
  rows: readonly Row[],
  { title, placeHolder }: { readonly title: string; readonly placeHolder: string },
): Promise<readonly Row[] | undefined> {
  const items = rows.map((row) => ({ ...shownRow(row), row }));
  const options = { title: noticeText(title), placeHolder: noticeText(placeHolder), canPickMany: true } as const;
  // what was looked at before it would be lost
  const picked = await vscode.window.showQuickPick(items, { ...options, ignoreFocusOut: true });
  return picked?.map(({ row }) => row);
}

/** Asks for a text; undefined where it is given up. */
export function showInputBox(options: vscode.InputBoxOptions): Thenable<string | undefined> {
  const { title, prompt, placeHolder } = options;
  return vscode.window.showInputBox({
    ...options,
    ...(title === undefined ? {} : { title: noticeText(title) }),
    ...(prompt === undefined ? {} : { prompt: noticeText(prompt) }),
    ...(placeHolder === undefined ? {} : { placeHolder: noticeText(placeHolder) }),
    ...(options.validateInput === undefined
      ? {}
      : {
          validateInput: async (value: string) => {
            const said = await options.validateInput?.(value);
            return typeof said === 'string' ? noticeText(said) : said;
          },
        }),
  });
}

/** A row of a picker with its texts as texts; `icon` is the one icon in it. */
export function shownRow<
  Row extends {
    readonly label: string;
    readonly description?: string;
    readonly detail?: string;
    readonly icon?: string;
  },
>(row: Row): Row {
  const { label, description, detail, icon } = row;
  return {
    ...row,
    label: `${icon === undefined ? '' : `$(${icon}) `}${labelText(label)}`,
    ...(description === undefined ? {} : { description: labelText(description) }),
    ...(detail === undefined ? {} : { detail: labelText(detail) }),
  };
}
