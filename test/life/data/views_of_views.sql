-- materialized views of materialized views, one never filled
create table t (id int, v int); insert into t select g, g % 5 from generate_series(1, 100) g;
create materialized view sums as select v, sum(id) as s from t group by v; create unique index on sums (v);
create materialized view sum_of_sums as select sum(s) as s from sums; create materialized view unfilled as select * from sums with no data;
create recursive view numbers (n) as values (1) union all select n + 1 from numbers where n < 5;
create view checked with (security_barrier, check_option = local) as select id from t where id > 50;
