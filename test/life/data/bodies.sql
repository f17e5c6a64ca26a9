-- bodies in every way
create table t (id int, n text); insert into t values (1, 'x');
create function atomic(i int) returns bigint language sql begin atomic select count(*) from t where id = i and n in ('a', 'b'); end;
create function ret(i int) returns int language sql return i + 1;
create procedure pr(inout x int) language plpgsql security definer set search_path = pg_catalog, pg_temp as $_$ begin x := x + 1; end $_$;
create function odd() returns text language plpgsql cost 7 as $b$ declare x text := $$\.$$; begin
return x; end $b$;
