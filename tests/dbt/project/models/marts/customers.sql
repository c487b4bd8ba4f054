select c.customer_id, c.name, n.name as country, o.orders, o.amount, current_timestamp as built_at
from {{ ref("stg_customers") }} c
left join {{ ref("int_customer_orders") }} o using (customer_id)
left join {{ ref("countries") }} n on n.code = c.country
{% if is_incremental() %}
where current_timestamp > (select max(built_at) from {{ this }})
{% endif %}
