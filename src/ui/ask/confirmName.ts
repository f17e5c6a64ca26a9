import * as vscode from 'vscode';
import type { DatabasePlace } from '../../model/places';
import type { Services } from '../../services';
import { noticeText } from '../shownText';
import { t } from '../../words/language';

/** Has the database's name typed where its place is protected; true at once elsewhere. False: given up. */
export async function confirmName({ protection }: Services, { model, pod, database }: DatabasePlace): Promise<boolean> {
  if (!protection.isProtected(model.cluster, pod.namespace)) return true;
  return typeName(t`${pod.cluster}/${pod.namespace} is protected`, database);
}

/** Has a database's name typed; `why` is the title. False: given up. */
export async function typeName(why: string, database: string): Promise<boolean> {
  const box = vscode.window.createInputBox();
  box.title = noticeText(why);
  box.prompt = noticeText(t`Type the name of the database (${database}) to go on.`);
  box.ignoreFocusOut = true;
  const whole = noticeText(t`Not the whole name yet: ${database}`);
  const wrong = noticeText(t`This is not ${database}. Type ${database} to go on, Escape to leave it.`);
  box.onDidChangeValue((text) => (box.validationMessage = database.startsWith(text) ? undefined : wrong));
  try {
    return await new Promise<boolean>((resolve) => {
      // a name that is not whole is no answer yet: what was asked before it would be lost
      box.onDidAccept(() => {
        if (box.value === database) resolve(true);
        else box.validationMessage = database.startsWith(box.value) ? whole : wrong;
      });
      box.onDidHide(() => resolve(false));
      box.show();
    });
  } finally {
    box.dispose();
  }
}
