-- a web application
create type role_kind as enum ('admin', 'member', 'guest');
create table schema_migrations (version varchar primary key); insert into schema_migrations values ('20260101000000'), ('20260201000000');
create table users (id bigserial primary key, email varchar(255) not null unique, role role_kind default 'guest' not null, profile jsonb default '{}' not null, search tsvector generated always as (to_tsvector('simple', coalesce(profile ->> 'name', ''))) stored, created_at timestamp(6) without time zone not null default now());
insert into users (email, role, profile) select 'user' || g || '@example.com', (array['admin', 'member', 'guest'])[1 + g % 3]::role_kind, jsonb_build_object('name', 'User ' || g, 'tags', array['a', 'b']) from generate_series(1, 300) g;
create index on users using gin (profile jsonb_path_ops); create index on users using gin (search); create unique index on users (lower(email)) include (role) where role <> 'guest';
create table posts (id uuid primary key default gen_random_uuid(), user_id bigint not null references users on delete cascade, title varchar not null, body text, published boolean default false, position integer, constraint title_long check (char_length(title) >= 1));
insert into posts (user_id, title, body) select 1 + g % 300, 'Post ' || g, repeat('text ', g % 50) from generate_series(1, 500) g;
create function touch() returns trigger language plpgsql as $$ begin new.body := coalesce(new.body, ''); return new; end $$; create trigger touch before insert or update of body on posts for each row when (new.published is distinct from true) execute function touch();
create view authors as select u.id, u.email, count(p.id) as posts from users u left join posts p on p.user_id = u.id group by u.id; create materialized view top as select * from authors where posts > 1; create unique index on top (id);
