-- functions and operators of a tenant, named as PostgreSQL's own
create table t (id int, v text); insert into t values (1, 'a'), (2, 'b');
create function lower(varchar) returns text language sql immutable as 'select ''gotcha''';
create function format_type(oid, int) returns text language sql stable as 'select ''gotcha''';
create function json_build_object(text, text) returns json language sql stable as 'select ''{}''::json';
create aggregate json_agg(varchar) (sfunc = textcat, stype = text);
do $$ begin execute 'alter database ' || quote_ident(current_database()) || ' set search_path to public, pg_catalog'; end $$;
