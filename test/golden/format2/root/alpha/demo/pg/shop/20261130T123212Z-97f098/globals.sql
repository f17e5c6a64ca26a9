--
-- PostgreSQL database cluster dump
--

\restrict Wj1wXjXFYgmDiLMU1XqP7AQ7nFrUW62E27crUz5RxrFejoLNYkqfU4xctgMGpSB

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








\unrestrict Wj1wXjXFYgmDiLMU1XqP7AQ7nFrUW62E27crUz5RxrFejoLNYkqfU4xctgMGpSB

--
-- PostgreSQL database cluster dump complete
--

