-- sequences at their edges
create table a (id int generated always as identity (maxvalue 2)); insert into a default values; insert into a default values;
create sequence down increment -3 minvalue -1000 maxvalue -1 start -1; select nextval('down'), nextval('down');
create sequence last start 9223372036854775807; select nextval('last');
create sequence tiny as smallint cycle maxvalue 3 cache 2; select nextval('tiny'), nextval('tiny'), nextval('tiny'), nextval('tiny');
create sequence untouched start 41;
create sequence set_only; select setval('set_only', 900, false);
create schema s; create table s.t (id int); create sequence s.of_t owned by s.t.id; select nextval('s.of_t');
