--
-- PostgreSQL database cluster dump
--

\restrict i8GX68ITFe7bB2aUQ86dA9QFN6AmMOcx2zOE37V1PX9i9hZRhSFNQyRZAXEpTXA

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








\unrestrict i8GX68ITFe7bB2aUQ86dA9QFN6AmMOcx2zOE37V1PX9i9hZRhSFNQyRZAXEpTXA

--
-- PostgreSQL database cluster dump complete
--

