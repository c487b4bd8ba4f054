{{ config(
    alias="features",
    meta={"schedule": "0 6 * * *"},
) }}

{% set windows = [7, 30] %}

select
    o.customer_id,
    {%- for days in windows %}
    count(*) filter (where o.ordered_at >= current_date - {{ days }}) as orders_{{ days }}d,
    {%- endfor %}
    sum(o.amount) as lifetime_amount
from {{ ref("stg_orders") }} o
join {{ ref("calendar", "days") }} d on d.day >= cast(o.ordered_at as date)
join {{ ref("order_facts") }} f using (order_id)
join {{ ref("customers_history") }} h on h.id = o.customer_id
group by o.customer_id
