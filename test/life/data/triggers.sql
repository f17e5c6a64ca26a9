-- on, off, always, for replicas
create table t (id int primary key, v text); insert into t values (1, 'a'), (2, 'b');
create function bump() returns trigger language plpgsql as $$ begin new.v := new.v || '!'; return new; end $$;
create trigger on_it before insert or update on t for each row execute function bump(); create trigger off_it before update on t for each row execute function bump(); create trigger always_it before insert on t for each row execute function bump(); create trigger replica_it before update on t for each row execute function bump();
alter table t disable trigger off_it; alter table t enable always trigger always_it; alter table t enable replica trigger replica_it;
create rule no_delete as on delete to t do instead nothing; create rule off_rule as on insert to t do also select 1; alter table t disable rule off_rule;
