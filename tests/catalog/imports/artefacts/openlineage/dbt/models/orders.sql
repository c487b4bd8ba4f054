select 1 as order_id, 10.5 as amount, timestamp '2026-11-01 00:00:00' as ordered_at
