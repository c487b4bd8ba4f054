select order_id, amount, {{ calendar.week_of("ordered_at") }} as week from {{ ref("stg_orders") }}
