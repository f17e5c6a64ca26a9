import * as vscode from 'vscode';
import { confirmName } from '../ui/confirmName';
import { ago, size } from '../ui/format';
import { startJobs } from '../ui/startJobs';
import { userDatabases } from '../model/databases';
import { AppError } from '../core/errors';
import type { Command } from './command';
import { keptTarget } from './keptTargets';

/** Drops what restores kept; after it there is no undo. */
export const dropKept: Command = {
  id: 'dbFerry.dropKept',
  rowsOf: 'clusters',
  async run(services, target) {
    const place = await keptTarget(services, target, 'Drop Kept Database');
    const { facts } = await place.model.open(place.pod);
    const all = userDatabases(facts).find((one) => one.facts.name === place.database)?.kept ?? [];
    const kept = place.job === undefined ? all : all.filter(({ mark }) => mark.job === place.job);
    if (kept.length === 0) throw new AppError('restore.nothingKept', { reference: place.reference });
    const names = kept.map(
      ({ facts: { name, bytes }, mark }) => `${name} (${size(bytes)}, replaced ${ago(mark.time)})`,
    );
    const answer = await vscode.window.showWarningMessage(
      `Drop what was kept for ${place.database} on ${place.pod.name}?`,
      { modal: true, detail: `${place.reference}\n\n${names.join('\n')}\n\nAfter this the restore cannot be undone.` },
      'Drop',
    );
    if (answer === undefined || !(await confirmName(services, place))) return;
    await startJobs(services, [{ kind: 'release', operands: [place.job ?? place.reference], options: {} }]);
  },
};
