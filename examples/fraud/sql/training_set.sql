-- One row per checkout of the last year that is old enough for its chargeback to be known, with the label.
create or replace table fraud.training_set as
select
  c.checkout_id,
  c.user_id,
  c.ts,
  c.amount_cents / 100 as amount,
  m.risk_tier as merchant_risk_tier,
  u.txn_count_30m,
  u.txn_count_30d,
  u.amount_sum_90d,
  u.txn_count_lifetime,
  coalesce(cb.confirmed, false) as is_fraud
from payments.checkouts as c
join fraud.user_features as u
  on u.checkout_id = c.checkout_id
left join payments.merchants as m
  on m.merchant_id = c.merchant_id
left join payments.chargebacks as cb
  on cb.checkout_id = c.checkout_id
where c.ts >= timestamp_sub(current_timestamp(), interval 425 day)
  and c.ts < timestamp_sub(current_timestamp(), interval 60 day)
