-- a superuser whose sessions speak LATIN1, and text that LATIN1 does not have
--@ setting: client_encoding = 'LATIN1'
create table t (id int, v text); insert into t values (1, U&'\20AC 5'), (2, U&'Gr\00FC\00DFe');
