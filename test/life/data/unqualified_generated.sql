-- a generated column whose function finds its helper by search_path: pg_restore runs it with none
create function squeeze(t text) returns text language sql immutable as $$ select replace(t, ' ', '') $$;
create function slug(t text) returns text language plpgsql immutable as $$ begin return squeeze(lower(t)); end $$;
create table pages (id int primary key, title text, slug text generated always as (slug(title)) stored);
insert into pages (id, title) values (1, 'A Day'), (2, 'Two');
create table other (id int); insert into other values (9);
