-- a tablespace that the other server lacks
--@ tablespace: life_fast
create table quick (id int primary key, t text) tablespace life_fast; insert into quick values (1, 'a'), (2, 'b');
create index on quick (t) tablespace life_fast;
create table slow (id int); insert into slow values (3);
