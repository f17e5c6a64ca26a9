import * as vscode from 'vscode';
import type { RetentionRules } from '../core/catalog/retention';
import type { RetentionRow } from '../core/job/plan/planRetention';
import { some } from '../words/some';
import { StoreNode } from '../tree/storeNode';
import { pick, type Item } from '../ui/ask/pick';
import { backupName } from '../ui/backupWords';
import { size } from '../ui/format';
import { looking } from '../ui/looking';
import { settings } from '../ui/settings';
import { showInformationMessage, showInputBox, showWarningMessage } from '../ui/shown';
import { retentionWords } from '../words/retentionWords';
import type { Command } from './command';
import { given } from './storeTargets';
import { t } from '../words/language';

const title = (): string => t`Clean Up by Retention`;

/** Deletes old backups by rules. All that stays and all that goes is shown with its reason before anything is asked. */
export const retainBackups: Command = {
  id: 'dbFerry.retainBackups',
  changes: 'retain',
  async run(services, target) {
    const [root, place] =
      target instanceof StoreNode
        ? [target.model.root, target.model.store.name]
        : [settings.root(), t`the folder of backups`];
    const rules = await askRules();
    const { applyRetention, planRetention } = await import('../core/job/plan/planRetention');
    const plan = await looking(place, () => planRetention(root, rules));
    const going = plan.rows.filter(({ stays }) => !stays);
    const staying = plan.rows.filter(({ stays }) => stays);
    const bytes = going.reduce((sum, { backup }) => sum + backup.manifest.size.archive, 0);
    const action: Item<boolean>[] =
      going.length === 0
        ? [{ icon: 'check', label: t`Nothing Is to Be Deleted`, value: false, alwaysShow: true }]
        : [{ icon: 'trash', label: t`Delete ${some(going.length, 'backup')}`, description: size(bytes), value: true }];
    const goes = await pick<boolean>(
      [...action, ...under(t`goes`, going, 'trash'), ...under(t`stays`, staying, 'archive')],
      { title: `${title()}: ${place}`, placeholder: t`Each with its reason. Nothing is deleted yet.` },
    );
    if (!goes) return;
    const detail = t`${size(bytes)} in ${place}. What was decided is written down before. This cannot be undone.`;
    const message = t`Delete ${some(going.length, 'backup')} for good?`;
    if ((await showWarningMessage(message, { modal: true, detail }, t`Delete`)) === undefined) return;
    const { removed, retained, failed } = await applyRetention(root, plan).finally(() => {
      services.backups.refresh();
      services.stores.refresh();
    });
    const said = t`${some(removed.length, 'backup')} deleted, ${retained.length} kept by the store, ${failed.length} not deleted.`;
    if (failed.length > 0) void showWarningMessage(said);
    else void showInformationMessage(said);
  },
};

function under(label: string, rows: readonly RetentionRow[], icon: string): Item<boolean>[] {
  if (rows.length === 0) return [];
  return [
    { label, kind: vscode.QuickPickItemKind.Separator },
    ...rows.map(({ backup, reasons }) => ({
      ...{ icon, label: backupName(backup), description: size(backup.manifest.size.archive), value: false },
      detail: `${label}: ${reasons.map(retentionWords).join('; ') || t`no rule keeps it`}`,
    })),
  ];
}

const usual: RetentionRules = { daily: 7, weekly: 5, monthly: 12 };

async function askRules(): Promise<RetentionRules> {
  const rules = await pick<() => Promise<RetentionRules>>(
    [
      { icon: 'calendar', label: t`Seven Days, Five Weeks, Twelve Months`, value: () => Promise.resolve(usual) },
      { icon: 'list-ordered', label: t`The Newest of Each Database…`, value: askLast },
      { icon: 'edit', label: t`Other Rules…`, value: askOthers },
    ],
    {
      title: title(),
      placeholder: t`What is kept of each database? Only verified backups count; the newest always stays.`,
    },
  );
  return rules();
}

async function askLast(): Promise<RetentionRules> {
  const prompt = t`How many of the newest verified backups of each database stay?`;
  const validateInput = (text: string): string | undefined =>
    /^[1-9]\d{0,3}$/.test(text.trim()) ? undefined : t`A whole number, 1 or more`;
  return {
    last: Number(
      given(await showInputBox({ title: title(), prompt, value: '3', ignoreFocusOut: true, validateInput })),
    ),
  };
}

const names = {
  last: 'last',
  daily: 'daily',
  weekly: 'weekly',
  monthly: 'monthly',
  yearly: 'yearly',
  hours: 'withinHours',
};

async function askOthers(): Promise<RetentionRules> {
  const value = 'last 3, daily 7, weekly 5, monthly 12, yearly 0, hours 72';
  const prompt = t`Joined by "or": the last so many, one of each of so many days, weeks, months, years; all of so many hours`;
  const validateInput = (text: string): string | undefined =>
    rulesIn(text) === undefined ? t`As: ${value}` : undefined;
  const text = given(await showInputBox({ title: title(), prompt, value, ignoreFocusOut: true, validateInput }));
  return rulesIn(text) ?? {};
}

function rulesIn(text: string): RetentionRules | undefined {
  const rules: Record<string, number> = {};
  for (const one of text.split(',')) {
    const [, name = '', number = ''] = /^\s*(\w+)\s+(\d{1,6})\s*$/.exec(one) ?? [];
    const rule = (names as Record<string, string>)[name];
    if (rule === undefined) return undefined;
    rules[rule] = Number(number);
  }
  return rules;
}
