MODEL (
  name shop.customers_history,
  kind SCD_TYPE_2_BY_COLUMN (unique_key customer_id, columns [amount], valid_from_name since),
  cron '@daily'
);
SELECT customer_id::int, amount::decimal(18, 2) FROM shop.customers;
