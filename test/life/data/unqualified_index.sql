-- the same in an index and in a materialized view: rows arrive, what comes behind them does not
create table words (w text primary key); insert into words values ('x'), ('y');
create function known(t text) returns boolean language plpgsql immutable as $$ begin return exists (select from words where w = t); end $$;
create table texts (id int primary key, w text); insert into texts values (1, 'x'), (2, 'q');
create index on texts (known(w));
create materialized view known_texts as select id, known(w) as k from texts;
--@ until: 16
