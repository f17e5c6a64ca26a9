--
-- PostgreSQL database cluster dump
--

\restrict USfgzJmGO2JwROlZFl9JYW9fEM6DCX6Rw2n3qeflau5x9hRc8129t0rMgpyJ7Gh

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








\unrestrict USfgzJmGO2JwROlZFl9JYW9fEM6DCX6Rw2n3qeflau5x9hRc8129t0rMgpyJ7Gh

--
-- PostgreSQL database cluster dump complete
--

