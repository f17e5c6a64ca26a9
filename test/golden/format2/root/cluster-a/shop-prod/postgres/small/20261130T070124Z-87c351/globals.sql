--
-- PostgreSQL database cluster dump
--

\restrict 5IustoHrGt5fTeOWm7Yhm3DcJfGzzDmMyrf4BA33leDXAo350cSUPaC5MhJYHBH

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








\unrestrict 5IustoHrGt5fTeOWm7Yhm3DcJfGzzDmMyrf4BA33leDXAo350cSUPaC5MhJYHBH

--
-- PostgreSQL database cluster dump complete
--

