-- a key to a partitioned table has copies of its own, which 18 names otherwise
create table p (id int, k text, primary key (id, k)) partition by list (k); create table p_a partition of p for values in ('a'); create table p_rest partition of p default;
insert into p values (1, 'a'), (2, 'b'); create table r (id int, k text, foreign key (id, k) references p on delete cascade); insert into r values (1, 'a');
