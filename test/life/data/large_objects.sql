-- large objects that belong to somebody
--@ role: life_app login
select lo_from_bytea(70001, '\x0001ff'), lo_from_bytea(70002, ''), lo_from_bytea(70003, convert_to(repeat('large ', 9000), 'UTF8'));
alter large object 70001 owner to life_app; grant select on large object 70002 to life_app; comment on large object 70003 is 'it''s large';
create table refs (lo oid); insert into refs values (70001), (70002);
