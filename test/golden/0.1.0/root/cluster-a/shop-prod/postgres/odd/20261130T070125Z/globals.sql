--
-- PostgreSQL database cluster dump
--

\restrict i2mRfX3AjsgJsdqV7rAt8c0rOQ9fpcSaa78zjmYiQMjMj9mfo78f7Nfj1XjJZto

SET default_transaction_read_only = off;

SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;

--
-- Roles
--

CREATE ROLE app_owner;
ALTER ROLE app_owner WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
CREATE ROLE app_reader;
ALTER ROLE app_reader WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION NOBYPASSRLS;
CREATE ROLE postgres;
ALTER ROLE postgres WITH SUPERUSER INHERIT CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS;

--
-- User Configurations
--








\unrestrict i2mRfX3AjsgJsdqV7rAt8c0rOQ9fpcSaa78zjmYiQMjMj9mfo78f7Nfj1XjJZto

--
-- PostgreSQL database cluster dump complete
--

