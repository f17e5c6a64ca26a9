-- values that look like something else
create table v (i int primary key, d date, ts timestamp, tz timestamptz, iv interval, f float8, r real, n numeric, b bytea, j json, jb jsonb, x xml, a int[], bt bit varying, ip inet, tv tsvector, rg int4range, c "char", u uuid);
insert into v values (1, 'infinity', '-infinity', 'infinity', '-1 year 2 mons -3 days 04:05:06.7', 'NaN', '-Infinity', 'NaN', '\x00ff5c0a', '{"a" :  1, "a": 2}', '{"b": "\\n"}', '<a>&amp;</a>', '[0:1]={7,8}', B'', '::1/64', $$'a':1A 'it''s':2$$, 'empty', E'\\', '00000000-0000-0000-0000-000000000000');
insert into v (i, d, ts, f, n, b) values (2, '4713-01-01 BC', '0001-01-01 BC', 5e-324, 1e-300, ''), (3, '5874897-12-31', '294276-12-31 23:59:59.999999', -0.0, 0.10, '\x5c2e0d0a');
create table t (t text); insert into t values (E'\\.'), (E'\r'), (E'a\r\nb'), (E'\b\f\v\t'), (E'\x01\x02\x7f'), ('\N'), (null), (''), (repeat('"', 9)), (E'\\.\r'), (U&'\feff bom'), (E'\u200b');
create table none (); insert into none default values; insert into none default values;
