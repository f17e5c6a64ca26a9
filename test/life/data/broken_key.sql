-- rows that break a key that says it is valid
create table parent (id int primary key); insert into parent values (1);
create table child (id int, parent int references parent); set session_replication_role = replica; insert into child values (1, 1), (2, 77); set session_replication_role = origin;
create table fine (id int); insert into fine values (1);
