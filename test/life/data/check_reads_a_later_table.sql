-- a constraint that reads a table whose rows come later
create table a_orders (id int, customer int);
create table z_customers (id int primary key); insert into z_customers values (1);
create function there(c int) returns boolean language sql stable as 'select exists (select from public.z_customers where id = c)';
alter table a_orders add check (there(customer));
insert into a_orders values (1, 1);
create table more (id int); insert into more values (4);
