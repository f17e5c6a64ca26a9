-- values of some megabytes
create table b (id int, b bytea, t text); alter table b alter b set storage external, alter t set storage external;
insert into b values (1, decode(repeat(md5('x'), 4 * 65536), 'hex'), null), (2, null, repeat('0123456789', 800000)), (3, '', '');
