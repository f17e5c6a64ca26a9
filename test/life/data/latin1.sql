-- an old database
--@ create: encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'
create table t (id int, v text); insert into t values (1, chr(228)), (2, 'plain'), (3, chr(255));
comment on table t is 'Umlaut';
do $$ begin execute 'create table "' || chr(196) || 'rger" (id int)'; end $$;
