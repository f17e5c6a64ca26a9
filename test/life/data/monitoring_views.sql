-- views over the server's own statistics, whose columns went away in 17
create view checkpoints as select checkpoints_timed, buffers_checkpoint from pg_stat_bgwriter;
create view depends_on_it as select checkpoints_timed + 1 as next from checkpoints;
create table t (id int); insert into t values (1), (2);
--@ until: 16
