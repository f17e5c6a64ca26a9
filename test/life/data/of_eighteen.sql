-- what only 18 has
--@ from: 18
create table g (id int primary key, a int, twice int generated always as (a * 2) virtual, more int generated always as (a + 1) stored); insert into g (id, a) values (1, 5), (2, null);
create table n (id int constraint id_is_there not null, v text, constraint later not null v not valid);
create table e (id int constraint positive check (id > 0) not enforced); insert into e values (-1);
create extension btree_gist; create table rooms (room int, during tstzrange, primary key (room, during without overlaps)); insert into rooms values (1, '[2026-01-01,2026-02-01)');
create table u (id uuid default uuidv7() primary key, v text); insert into u (v) values ('a');
