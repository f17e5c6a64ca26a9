--
-- PostgreSQL database cluster dump
--

\restrict 5kOiffAERxo9ffA9Trl0Bh8gMU2uLICko3UxJybiECAYloDbsINfoUePA4ebwsy

SET default_transaction_read_only = off;

SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;

--
-- Roles
--

CREATE ROLE postgres;
ALTER ROLE postgres WITH SUPERUSER INHERIT CREATEROLE CREATEDB LOGIN REPLICATION BYPASSRLS;
CREATE ROLE reader;
ALTER ROLE reader WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION NOBYPASSRLS;

--
-- User Configurations
--








\unrestrict 5kOiffAERxo9ffA9Trl0Bh8gMU2uLICko3UxJybiECAYloDbsINfoUePA4ebwsy

--
-- PostgreSQL database cluster dump complete
--

