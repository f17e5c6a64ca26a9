-- an event trigger and a wrapper that belong to a second superuser
--@ role: life_admin superuser
create table t (id int); insert into t values (1);
create function on_ddl() returns event_trigger language plpgsql as 'begin null; end';
create event trigger watch on ddl_command_end execute function on_ddl();
alter event trigger watch owner to life_admin;
create foreign data wrapper hollow; alter foreign data wrapper hollow owner to life_admin;
