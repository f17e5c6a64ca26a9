-- children whose columns stand elsewhere
create table base (a int, dropped text, b text); alter table base drop dropped; create table child (own int) inherits (base); insert into child values (1, 'b', 2);
alter table base add column late int default 7; alter table base add constraint pos check (a > 0);
create table odd_child (b text, a int, late int, extra text); alter table odd_child add constraint pos check (a > 0); alter table odd_child inherit base; insert into odd_child values ('x', 3, 4, 'e');
