-- what belongs to the database itself
--@ role: life_app login
--@ role: life_report
create schema app; create table app.t (id int); insert into app.t values (1);
do $$ declare d text := quote_ident(current_database()); begin
  execute 'alter database ' || d || ' set search_path to app, public';
  execute 'alter database ' || d || ' set timezone to ''Europe/Vienna''';
  execute 'alter database ' || d || ' set "work_mem" to ''65MB''';
  execute 'alter role life_app in database ' || d || ' set statement_timeout to ''9s''';
  execute 'alter database ' || d || ' connection limit 17';
  execute 'revoke connect, temporary on database ' || d || ' from public';
  execute 'grant connect on database ' || d || ' to life_report with grant option';
  execute 'comment on database ' || d || ' is ''it''''s "ours"''';
  execute 'alter database ' || d || ' owner to life_app';
end $$;
