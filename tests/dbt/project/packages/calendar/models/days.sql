{{ config(materialized="view", tags=["shared"]) }}

select cast(current_date as date) - cast(n.n as integer) as day
from (select unnest(range({{ var("days_back") }}))) as n(n)
