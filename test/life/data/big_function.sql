-- a function of twenty megabytes, as generators write them
create table small (id int primary key, v text); insert into small select i, 'row ' || i from generate_series(1, 10) i;
do $$ begin execute 'create function big() returns text language sql as $f$ select ''' || repeat('0123456789', 2000000) || ''' $f$'; end $$;
