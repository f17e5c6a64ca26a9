import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { AppError } from '../../base/errors';
import type { OpenPod } from '../../pod/databasePod';
import { dumpFailure } from '../../pod/server/lockHolders';
import { dumpCommand } from '../../postgres/tools/dumpCommand';
import type { SchemaModel } from '../model/schemaModel';
import { readSchemaModel } from '../stream/maskArchive';

/**
 * What masking must know of a live database: its definitions, as the pod's own pg_dump writes them; no row of it. Throws `database.unknown`, `exec.failed`, what the exec and the reader
 * throw, `cancelled`.
 */
export async function readLiveModel(
  { exec, facts, pod }: OpenPod,
  database: string,
  { application, signal }: { readonly application: string; readonly signal: AbortSignal },
): Promise<SchemaModel> {
  const found = facts.databases.find(({ name }) => name === database);
  if (found === undefined) {
    const known = facts.databases.filter(({ isTemplate }) => !isTemplate).map(({ name }) => name);
    const reference = `${pod.cluster}/${pod.namespace}/${pod.name}`;
    throw new AppError('database.unknown', { reference, database, known });
  }
  const between = new PassThrough({ highWaterMark: 1 << 20 });
  const argv = dumpCommand(facts.access, database, {
    ...{ application, encoding: found.encoding, schemaOnly: true, major: facts.pgDump.major },
    compression: { method: 'none', level: 0 },
  });
  const dumping = (async (): Promise<void> => {
    try {
      const end = await exec.read(
        argv,
        async (chunk) => {
          // the reader stops where the definitions end
          if (between.destroyed) return;
          if (!between.write(chunk)) await Promise.race([once(between, 'drain', { signal }), once(between, 'close')]);
        },
        { signal },
      );
      if (end.exitCode !== 0) throw await dumpFailure({ exec, access: facts.access }, database, end, end.stderr);
    } finally {
      between.end();
    }
  })();
  const [model, dumped] = await Promise.allSettled([
    readSchemaModel(between as AsyncIterable<Buffer>, signal),
    dumping,
  ]);
  // what the dump says comes first: the reader only sees an end
  if (dumped.status === 'rejected') throw dumped.reason as Error;
  if (model.status === 'rejected') throw model.reason as Error;
  return model.value;
}
