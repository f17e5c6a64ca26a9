-- amounts, worded as the place does
create table m (id int, a money); insert into m values (1, 1234.5::numeric::money), (2, (-0.01)::numeric::money);
