-- as many columns as there may be
do $$ begin execute (select 'create table wide (' || string_agg('c' || g || ' int', ',') || ')' from generate_series(1, 1600) g);
  execute (select 'insert into wide select ' || string_agg(g::text, ',') from generate_series(1, 1600) g); end $$;
insert into wide default values;
