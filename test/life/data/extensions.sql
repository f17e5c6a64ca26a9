-- extensions in schemas of their own, changed by hand
create schema ext; create extension hstore schema ext; create extension citext schema ext; create extension pg_trgm schema ext; create extension pgcrypto; create extension ltree;
create table h (id uuid default gen_random_uuid(), a ext.hstore, c ext.citext unique, l ltree); insert into h (a, c, l) values ('a=>1,b=>NULL', 'Abc', 'a.b'), ('"x y"=>"z\"q"', 'DEF', 'c');
create index on h using gin (c ext.gin_trgm_ops); create index on h using gist (l);
comment on extension pgcrypto is 'ours'; revoke execute on function digest(text, text) from public;
