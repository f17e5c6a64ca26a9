-- what sends rows to others
create table t (id int primary key, v text); insert into t values (1, 'a'); create table u (id int primary key);
create publication all_of_it for all tables; create publication "some" for table t (id) where (id > 0);
create subscription sleeping connection 'host=127.0.0.1 port=1 password=secret-of-the-subscription' publication x with (connect = false, slot_name = none);
