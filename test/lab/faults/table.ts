import { writeFile } from 'node:fs/promises';

/** Where the rows of the suites of faults go, for docs/faults.md; undefined: nowhere. */
export const faultsTable = process.env['FAULTS_TABLE'];

/** Once in a run, before the suites, which add their rows from several processes. */
export async function mochaGlobalSetup(): Promise<void> {
  if (faultsTable === undefined) return;
  await writeFile(
    faultsTable,
    `| fault | reported (exit) | code | left behind | known after |\n|---|---|---|---|---|\n`,
  );
}
