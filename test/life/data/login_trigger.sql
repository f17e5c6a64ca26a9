-- who logs in writes
--@ from: 17
create table logins (at timestamptz default now(), who name); create table t (id int); insert into t values (1);
create function note_login() returns event_trigger language plpgsql security definer as 'begin insert into public.logins (who) values (session_user); raise warning ''welcome''; end';
create event trigger logins on login execute function note_login(); alter event trigger logins enable always;
