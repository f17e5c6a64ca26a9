-- publications and subscriptions with every setting
--@ role: life_pub
create schema s; create schema "s : 2"; create table t (id int primary key, v text, g int) ; create table s.u (id int primary key); create table "s : 2".w (id int); insert into t values (1, 'a', 2); insert into s.u values (1);
create table pt (id int primary key) partition by range (id); create table pt1 partition of pt for values from (0) to (10); insert into pt values (1);
create publication "p : 1" for table t (id, v) where (v in ('a', 'b') and id between 1 and 9), only pt with (publish = 'insert, truncate', publish_via_partition_root); create publication p2 for tables in schema s, "s : 2"; create publication p3; create publication p4 for table s.u, tables in schema "s : 2" with (publish = ''); create publication p5 for all tables with (publish = 'delete');
alter publication p3 owner to life_pub;
create subscription "s : 1" connection E'host=127.0.0.1 port=1 application_name=''it\\''s'' password=secret' publication a, "b : c" with (connect = false, slot_name = none, binary, streaming, synchronous_commit = 'off', two_phase, disable_on_error); create subscription s2 connection 'port=1' publication x with (connect = false, slot_name = 'named', enabled = false);
