-- an empty database
select 1;
