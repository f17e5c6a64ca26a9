-- the public schema as before 15, and read-only by default
grant create on schema public to public;
do $$ begin execute 'alter database ' || quote_ident(current_database()) || ' set default_transaction_read_only to on'; end $$;
set default_transaction_read_only = off;
create table t (id int); insert into t values (1);
