import type { Command } from './command';
import { showInputBox } from '../ui/shown';
import { t } from '../words/language';

/** Shows only projects whose name holds a text. */
export const filterProjects: Command = {
  id: 'dbFerry.filterProjects',
  async run({ trees }) {
    const text = await showInputBox({
      title: t`Filter Projects`,
      prompt: t`Only projects whose name holds this text are shown.`,
      value: trees.clusters.filter,
    });
    if (text !== undefined) trees.clusters.filter = text.trim();
  },
};

/** Shows all projects again. */
export const clearFilter: Command = {
  id: 'dbFerry.clearFilter',
  run({ trees }) {
    trees.clusters.filter = '';
  },
};
