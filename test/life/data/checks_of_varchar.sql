-- what an object-relational mapper writes for an enumeration: PostgreSQL words it anew when it is read back
create table invoices (id int primary key, state varchar(12) not null check (state in ('open', 'sent', 'paid')), share numeric check (share between 0 and 1 and (share > 0.1 or state not in ('open', 'sent'))), kind char(2) default 'aa' check (kind not in ('zz', 'yy')));
insert into invoices values (1, 'open', 0.5), (2, 'paid', null);
create index on invoices (id) where state in ('open', 'sent');
create view open_invoices as select id from invoices where state in ('open', 'sent') and coalesce(kind, 'x') in ('aa', 'bb');
create domain size as varchar(3) check (value in ('S', 'M', 'L', 'XL'));
create table shirts (s size, at date) partition by list (s);
create table shirts_small partition of shirts for values in ('S', 'M');
create table shirts_other partition of shirts default;
insert into shirts values ('S', '2026-01-01'), ('XL', null);
