-- partitions in every state: detached, default, foreign, with columns, constraints and triggers of their own
create extension postgres_fdw; create server gone foreign data wrapper postgres_fdw options (host '127.0.0.1', port '1'); create user mapping for public server gone options (user 'it''s "u"');
create function tf() returns trigger language plpgsql as 'begin return new; end';
create table p (id int, at date not null, v text collate "C", constraint p_v check (v <> '')) partition by range (at);
create table p_other (v text collate "C", junk int, at date not null, id int, constraint p_v check (v <> '')); alter table p_other drop junk; alter table p attach partition p_other for values from ('2020-01-01') to ('2021-01-01');
create table p_new partition of p (constraint own check (id > 0)) for values from ('2021-01-01') to (maxvalue) with (fillfactor = 50);
create table p_def partition of p default partition by hash (id); create table p_def0 partition of p_def for values with (modulus 2, remainder 0); create table p_def1 partition of p_def (v default 'of p_def1') for values with (modulus 2, remainder 1);
create foreign table p_far partition of p for values from ('2000-01-01') to ('2001-01-01') server gone options (table_name 'x.y');
create trigger t_p after insert on p for each row execute function tf(); alter table p_new disable trigger t_p; alter table p_other enable always trigger t_p;
insert into p values (1, '2020-05-05', 'a'), (2, '2022-01-01', 'b'), (3, '1999-01-01', 'c'), (4, '1998-01-01', 'd');
create table gone_part partition of p for values from ('1990-01-01') to ('1991-01-01'); insert into gone_part values (9, '1990-05-05', 'x'); alter table p detach partition gone_part;
create unique index p_u on only p_other (id) where v <> 'q'; create index p_i on only p (id); create index p_other_i on p_other (id); alter index p_i attach partition p_other_i;
create table l (k text, n int generated always as (length(k)) stored, primary key (k)) partition by list (k); create table l_null (k text not null, n int generated always as (length(k) + 1) stored); create table l_a partition of l for values in ('a', 'it''s', E'new\nline'); create table l_d partition of l default; insert into l (k) values ('a'), ('it''s'), (E'new\nline'), ('z'); drop table l_null;
create table m (a int, b text, c int) partition by range (a, lower(b), (c % 3)); create table m_1 partition of m for values from (minvalue, minvalue, minvalue) to (10, 'm', 0); create table m_2 partition of m for values from (10, 'm', 0) to (maxvalue, maxvalue, maxvalue); insert into m values (1, 'A', 1), (10, 'Z', 2);
