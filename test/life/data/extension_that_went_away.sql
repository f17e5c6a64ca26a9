-- an extension that 17 no longer has
--@ until: 16
create extension adminpack; create table t (id int); insert into t values (1);
