-- tables and sequences without a log
create unlogged table sessions (id int generated always as identity primary key, v text); insert into sessions (v) values ('a'), ('b');
create unlogged table empty_one (id int);
create table kept (id int); insert into kept values (1);
