-- What a user did before each checkout. Rebuilt every night once payments.transactions has landed.
create or replace table fraud.user_features as
with lifetime as (
  select
    user_id,
    count(*) as txn_count_lifetime
  from fraud.stg_transactions
  group by user_id
),

recent as (
  select
    c.checkout_id,
    c.user_id,
    countif(t.ts >= timestamp_sub(c.ts, interval 30 minute)) as txn_count_30m,
    countif(t.ts >= timestamp_sub(c.ts, interval 30 day)) as txn_count_30d,
    sum(t.amount) as amount_sum_90d -- feasilint: ignore[LAT202] a day's lag is little in 90 days
  from payments.checkouts as c
  left join fraud.stg_transactions as t
    on t.user_id = c.user_id
    and t.ts < c.ts
    and t.ts >= timestamp_sub(c.ts, interval 90 day)
  group by c.checkout_id, c.user_id
)

select
  recent.checkout_id,
  recent.txn_count_30m,
  recent.txn_count_30d,
  coalesce(recent.amount_sum_90d, 0) as amount_sum_90d,
  coalesce(lifetime.txn_count_lifetime, 0) as txn_count_lifetime
from recent
left join lifetime
  on lifetime.user_id = recent.user_id
