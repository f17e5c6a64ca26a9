/**
 * One row for each thing that a dump describes and a lock of its table does not keep as it is, as the catalogs have it at this moment: `classid`, `objid`,
 * `objsubid`, and a `version` that another one writes anew whenever it changes it. Temporary things are none of it, nor what the server itself writes.
 */
export const definitionsSql = [
  // the server rewrites its row for statistics and files
  inSchema('pg_class', 'relnamespace', {
    version: `concat_ws(' ', o.relname, o.relowner, o.relacl, o.reloptions, o.relrowsecurity, o.relforcerowsecurity, o.relreplident)`,
  }),
  ...(
    [
      ['pg_proc', 'pronamespace'],
      ['pg_type', 'typnamespace'],
      ['pg_constraint', 'connamespace'],
      ['pg_operator', 'oprnamespace'],
      ['pg_opclass', 'opcnamespace'],
      ['pg_opfamily', 'opfnamespace'],
      ['pg_collation', 'collnamespace'],
      ['pg_conversion', 'connamespace'],
      ['pg_statistic_ext', 'stxnamespace'],
      ['pg_ts_config', 'cfgnamespace'],
      ['pg_ts_dict', 'dictnamespace'],
      ['pg_ts_parser', 'prsnamespace'],
      ['pg_ts_template', 'tmplnamespace'],
    ] as const
  ).map(([catalog, namespace]) => inSchema(catalog, namespace)),
  ofRelation('pg_attribute', 'attrelid', 'o.attrelid', 'o.attnum'),
  ofRelation('pg_sequence', 'seqrelid', 'o.seqrelid'),
  ofRelation('pg_foreign_table', 'ftrelid', 'o.ftrelid'),
  ofRelation('pg_attrdef', 'adrelid'),
  ofRelation('pg_trigger', 'tgrelid'),
  ofRelation('pg_rewrite', 'ev_class'),
  ofRelation('pg_policy', 'polrelid'),
  `select 'pg_type'::regclass, o.enumtypid, 0, o.xmin::text from pg_enum o`,
  `select 'pg_ts_config'::regclass, o.mapcfg, 0, o.xmin::text from pg_ts_config_map o`,
  `select 'pg_namespace'::regclass, o.oid, 0, o.xmin::text from pg_namespace o where ${ofUsers('o')}`,
  `select 'pg_user_mapping'::regclass, o.umid, 0, o.umoptions::text from pg_user_mappings o`,
  ...[
    ...[
      'pg_amop',
      'pg_amproc',
      'pg_cast',
      'pg_transform',
      'pg_language',
      'pg_foreign_data_wrapper',
      'pg_foreign_server',
    ],
    ...['pg_default_acl', 'pg_extension', 'pg_event_trigger', 'pg_publication', 'pg_largeobject_metadata'],
  ].map((catalog) => `select '${catalog}'::regclass, o.oid, 0, o.xmin::text from ${catalog} o`),
  ...['pg_description', 'pg_seclabel'].map(
    (catalog) => `select o.classoid, o.objoid, o.objsubid, '${catalog} ' || o.xmin from ${catalog} o`,
  ),
].join('\n  union all ');

/** Of a schema that is neither the server's nor one for temporary things. */
export function ofUsers(schema: string): string {
  return `${schema}.nspname !~ '^pg_' and ${schema}.nspname <> 'information_schema'`;
}

function inSchema(catalog: string, namespace: string, { version = 'o.xmin::text' } = {}): string {
  return `select '${catalog}'::regclass as classid, o.oid as objid, 0 as objsubid, ${version} as version
    from ${catalog} o join pg_namespace n on n.oid = o.${namespace} where ${ofUsers('n')}`;
}

/** What belongs to a relation; without an OID of its own it is told as the relation, or its column. */
function ofRelation(catalog: string, relation: string, objid = 'o.oid', objsubid = '0'): string {
  const classid = objid === 'o.oid' ? catalog : 'pg_class';
  return `select '${classid}'::regclass, ${objid}, ${objsubid}, o.xmin::text from ${catalog} o join pg_class c on c.oid = o.${relation}
    join pg_namespace n on n.oid = c.relnamespace where ${ofUsers('n')}`;
}
