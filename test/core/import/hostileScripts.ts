/** What somebody writes into a script of SQL so that whoever loads it does more than load it. `F` is a file that must not come to be. */
export interface ScriptAttack {
  readonly name: string;
  readonly script: string;
  /** a query whose one column says true where it worked; without it `F` is there then */
  readonly seen?: string;
  /** puts back what it did */
  readonly undo?: string;
}

const role = (name: string): Pick<ScriptAttack, 'seen' | 'undo'> => ({
  seen: `select exists (select from pg_roles where rolname = '${name}') as seen`,
  undo: `drop role if exists ${name}`,
});

/** `I`: a file with `create role evil_included;` in it. */
export const scriptAttacks: readonly ScriptAttack[] = [
  { name: 'shell', script: '\\! touch F\n' },
  { name: 'shell behind a statement', script: 'select 1; \\! touch F\n' },
  {
    name: 'shell in the midst of a statement',
    script: 'select 1\n\\! touch F\n;\n',
  },
  { name: 'shell behind CR LF', script: 'select 1;\r\n\\! touch F \n' },
  {
    name: 'shell behind a comment that nests',
    script: '/* a /* b */ c */ \\! touch F\n',
  },
  {
    name: 'shell behind a dollar quote',
    script: 'select $a$ ; $b$ ; $a$; \\! touch F\n',
  },
  {
    name: 'shell behind a string that ends for one who reads backslashes',
    script: "select 'a\\'; \\! touch F\n;\n",
  },
  {
    name: 'shell behind an escape string',
    script: "select E'\\''; \\! touch F\n",
  },
  {
    name: 'shell behind an end marker',
    script: 'create table rows_a (a text);\ncopy rows_a from stdin;\nx\n\\.\n\\! touch F\n',
  },
  {
    name: 'shell behind an end marker with CR LF',
    script: 'create table rows_b (a text);\ncopy rows_b from stdin;\nx\r\n\\.\r\n\\! touch F\n',
  },
  { name: 'output into a file', script: '\\o F\nselect 1;\n\\o\n' },
  { name: 'output into a program', script: '\\o |touch F\nselect 1;\n\\o\n' },
  { name: 'one answer into a file', script: 'select 1 \\g F\n' },
  { name: 'one answer into a program', script: 'select 1 \\g |touch F\n' },
  {
    name: 'one answer into a program, wide',
    script: 'select 1 \\gx |touch F\n',
  },
  { name: 'the statement into a file', script: 'select 1\n\\w F\n;\n' },
  {
    name: 'copy by the client into a file',
    script: '\\copy (select 1) to F\n',
  },
  {
    name: 'copy by the client into a program',
    script: "\\copy (select 1) to program 'touch F'\n",
  },
  {
    name: 'copy by the client from a program',
    script: "create table rows_c (a text);\n\\copy rows_c from program 'touch F'\n",
  },
  { name: 'a variable by a program', script: '\\set x `touch F`\n' },
  { name: 'words by a program', script: '\\echo `touch F`\n' },
  { name: 'a condition by a program', script: '\\if `touch F`\n\\endif\n' },
  { name: 'the prompt by a program', script: '\\qecho `touch F`\n' },
  { name: 'an environment by a program', script: '\\setenv X `touch F`\n' },
  {
    name: 'large object into a file',
    script: "select lo_from_bytea(77, 'x');\n\\lo_export 77 F\n",
  },
  { name: 'another script', script: '\\i I\n', ...role('evil_included') },
  {
    name: 'another script, relative',
    script: '\\ir I\n',
    ...role('evil_included'),
  },
  {
    name: 'what a query says, as statements',
    script: "select 'create role evil_gexec superuser'\n\\gexec\n",
    ...role('evil_gexec'),
  },
  {
    name: 'a variable in a statement',
    script: '\\set who evil_set\ncreate role :who superuser;\n',
    ...role('evil_set'),
  },
  {
    name: 'another database',
    script: '\\connect neighbour\ninsert into precious values (2);\n\\connect victim\n',
  },
  {
    name: 'a role',
    script: 'create role evil_role superuser;\n',
    ...role('evil_role'),
  },
  {
    name: 'a role in a block',
    script: "do $$ begin execute 'create role evil_do superuser'; end $$;\n",
    ...role('evil_do'),
  },
  {
    name: 'a role by a check',
    script:
      "create function f_check(int) returns bool language plpgsql as $$ begin execute 'create role evil_check superuser'; return true; end $$;\ncreate table c (v int check (f_check(v)));\ncopy c from stdin;\n1\n\\.\n",
    ...role('evil_check'),
  },
  { name: 'server program', script: "copy (select 1) to program 'touch F';\n" },
  {
    name: 'server program in a block',
    script: "do $$ begin execute 'copy (select 1) to program ''touch F'''; end $$;\n",
  },
  { name: 'server file', script: "copy (select 1) to 'F';\n" },
  {
    name: 'large object of the server into a file',
    script: "select lo_from_bytea(78, 'x');\nselect lo_export(78, 'F');\n",
  },
  {
    name: 'a setting of the server',
    script: "alter system set application_name = 'evil';\n",
    seen: "select exists (select from pg_file_settings where name = 'application_name' and setting = 'evil') as seen",
    undo: 'alter system reset application_name',
  },
  {
    name: 'a setting of a role',
    script: "alter role bystander set application_name = 'evil';\n",
    seen: "select exists (select from pg_db_role_setting where setconfig::text like '%evil%') as seen",
    undo: 'alter role bystander reset all',
  },
  {
    name: 'a membership',
    script: 'grant pg_execute_server_program to bystander;\n',
    seen: "select pg_has_role('bystander', 'pg_execute_server_program', 'member') as seen",
    undo: 'revoke pg_execute_server_program from bystander',
  },
  {
    name: 'a database less',
    script: 'drop database expendable;\n',
    seen: "select not exists (select from pg_database where datname = 'expendable') as seen",
    undo: 'create database expendable',
  },
];
