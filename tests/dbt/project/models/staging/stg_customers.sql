{{ config(tags=["hourly"], meta={"owner": "crm-team"}) }}

select id as customer_id, name, country
from {{ source("app", "customers") }}
