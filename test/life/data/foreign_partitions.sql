-- partitions and children on a server that nobody reaches
create extension postgres_fdw;
create server away foreign data wrapper postgres_fdw options (host '127.0.0.1', port '1', dbname 'none', connect_timeout '2');
create user mapping for public server away options (user 'u', password 'secret-of-the-mapping');
create table readings (id int, at date) partition by range (at);
create table readings_now partition of readings for values from ('2025-01-01') to ('2027-01-01');
create foreign table readings_old partition of readings for values from ('2000-01-01') to ('2025-01-01') server away options (table_name 'old');
insert into readings values (1, '2026-03-01'), (2, '2026-04-01');
create table here (id int); insert into here values (5);
create foreign table there () inherits (here) server away;
