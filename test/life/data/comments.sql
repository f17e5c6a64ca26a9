-- words that look like commands
create table t (id int, v text); insert into t values (1, E'\\! id'), (2, '\q'), (3, '$$;--');
comment on table t is E'two\nlines\n\\! id\n\\.\n'; comment on column t.v is E'it''s \\ "q" $$ %s';
create view v as select 'a;b--c' as c; comment on view v is ''';drop table t;--';
