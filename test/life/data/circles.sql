-- each needs the other
create table a (id int primary key, b int); create table b (id int primary key, a int references a deferrable initially deferred);
begin; insert into a values (1, 1); insert into b values (1, 1); alter table a add foreign key (b) references b deferrable; commit;
create view va as select 1 as x; create view vb as select x from va; create or replace view va as select id as x from a;
create function fa() returns int language sql as 'select 1'; create view uses_fa as select fa() as f;
