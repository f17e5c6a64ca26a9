-- bytes without an encoding, in rows and in a name
--@ create: encoding 'SQL_ASCII' locale 'C'
set client_encoding = 'SQL_ASCII';
create table t (id int, v text); insert into t values (1, convert_from('\xe4f6fc', 'SQL_ASCII')), (2, 'plain'), (3, convert_from('\xc3bc', 'SQL_ASCII'));
do $$ begin execute 'create table ' || quote_ident(convert_from('\x6be4', 'SQL_ASCII')) || ' (id int)'; end $$;
