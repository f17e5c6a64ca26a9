import type { Manifest } from '../../../src/core/catalog/manifest';

/** A manifest that says what every manifest does, of an archive that nobody made. */
export function aManifest(more: Partial<Manifest> = {}): Manifest {
  const time = '2026-11-23T05:15:00.000Z';
  return {
    format: 'db-ferry-backup',
    formatVersion: 1,
    id: '20261123T051500Z-00ff00',
    origin: 'db-ferry',
    source: {
      cluster: 'alpha',
      server: 'https://alpha.example.org:6443',
      namespace: 'demo',
      workload: 'pg',
      pod: 'pg-0',
      database: 'shop',
      standby: false,
      encoding: 'UTF8',
      collate: 'C',
      ctype: 'C',
      serverVersion: 160010,
    },
    dump: { toolVersion: 'pg_dump (PostgreSQL) 16.10', compression: 'zstd:1', settings: {}, arguments: [] },
    time: { started: time, snapshot: time, finished: time, seconds: 1.5 },
    asked: { by: 'someone@somewhere' },
    job: 'tparu5hgex',
    size: { archive: 5, text: 10 },
    archive: {
      file: 'database.dump',
      sha256: '0'.repeat(64),
      header: {
        version: '1.15.0',
        compression: 'zstd',
        created: '2026-11-23 05:15:00',
        database: 'shop',
        serverVersion: '16.10',
        dumpVersion: '16.10',
        encoding: 'UTF8',
        entryCount: 1,
      },
    },
    tables: [],
    sequences: [],
    largeObjects: { count: 0, bytes: 0, digest: '', oids: '' },
    definitions: 1,
    roles: [],
    extensions: [],
    verified: [],
    ...more,
  };
}
