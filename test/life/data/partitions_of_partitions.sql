-- three levels, indexes attached by hand
create table e (at timestamptz not null, region text not null, id bigint) partition by range (at);
create table e_2026 partition of e for values from ('2026-01-01') to ('2027-01-01') partition by list (region);
create table e_2026_eu partition of e_2026 for values in ('de', 'at') partition by hash (id);
create table e_2026_eu_0 partition of e_2026_eu for values with (modulus 2, remainder 0); create table e_2026_eu_1 partition of e_2026_eu for values with (modulus 2, remainder 1);
create table e_2026_x partition of e_2026 default; create table e_rest partition of e default;
insert into e select timestamptz '2026-05-01Z' + g * interval '9 days', (array['de', 'us', 'at'])[1 + g % 3], g from generate_series(1, 60) g;
create index e_id on only e (id); create index on e (region, at desc);
