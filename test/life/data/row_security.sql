-- who may see what
--@ role: life_app login
--@ role: Life "Quoted"
create table f (id int, who name, v text); insert into f values (1, 'life_app', 'a'), (2, 'x', 'b');
alter table f enable row level security; alter table f force row level security;
create policy own on f for select to life_app, "Life ""Quoted""" using (who = current_user);
create policy narrow on f as restrictive for update using (id > 0) with check (v in ('a', 'b'));
grant select (id, who), update (v) on f to life_app with grant option;
set role life_app; grant select (id) on f to "Life ""Quoted"""; reset role;
alter default privileges grant select on tables to life_app;
alter default privileges for role life_app revoke execute on functions from public;
create function secret() returns int language sql security definer as 'select 1'; revoke all on function secret() from public;
revoke all on schema public from public; grant usage on schema public to life_app;
