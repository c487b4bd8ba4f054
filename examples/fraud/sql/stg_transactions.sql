-- Settled card transactions, one row each. Everything below reads this instead of the raw table.
create or replace view fraud.stg_transactions as
select
  tx_id,
  user_id,
  merchant_id,
  amount_cents / 100 as amount,
  ts
from payments.transactions
where status = 'settled'
  and not is_test
