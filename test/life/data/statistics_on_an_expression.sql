-- nothing runs it in a restore but ANALYZE
create table codes (c text); insert into codes values ('x');
create function code_of(t text) returns text language plpgsql immutable as $$ begin return t || (select count(*) from codes); end $$;
create table place (id int primary key, c text); insert into place select g, 'x' from generate_series(1, 50) g;
create statistics st on (code_of(c)) from place;
