select
    id as order_id,
    customer_id,
    {{ to_units("amount_cents") }} as amount,
    ordered_at
from {{ source("app", "orders") }}
where ordered_at >= '{{ var("first_day") }}'
