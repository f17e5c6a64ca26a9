-- names that break quoting
create schema "Select; drop"; create schema "a.b";
create table "Select; drop"."from ""x""" ("group by" int primary key, "co.l" text, "\" text, "tab	" int); insert into "Select; drop"."from ""x""" values (1, 'x', '\.', 2);
create table "a.b"."c.d" ("e.f" text); insert into "a.b"."c.d" values (E'\\.'), (E'\\N'), ('');
create table "🦊 fuchs" ("naïve" text); insert into "🦊 fuchs" values ('🦊');
create table "sixty_three_bytes_long_names_are_cut_at_sixty_three_bytes_in_all" (a int);
create table "-rf" (a int); insert into "-rf" values (1);
create table "$(id)`id`" (a int); insert into "$(id)`id`" values (1);
do $$ begin execute format('create table %I (%I text)', E'line\nfeed\\! id', E'\\echo x'); execute format('insert into %I values (%L)', E'line\nfeed\\! id', 'y'); end $$;
