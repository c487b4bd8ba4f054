/* every transaction once */
MODEL (
  name shop.transactions,  -- the layer of facts
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (day, '%Y-%m-%d'),
    lookback 2
  ),
  cron '30 4 * * *',
  owner "payments",
  grain tx_id,
  columns (
    tx_id BIGINT,
    amount DECIMAL(18, 2),
    items STRUCT(sku TEXT, count INT)[], -- nested
    day DATE
  ),
  physical_properties (partition_expiration_days = 90),
  tags (pii, finance, 'feasilint.blind_spot=2h')
);

SELECT tx_id, amount, items, created_at::date AS day FROM raw.payments.tx WHERE created_at::date BETWEEN @start_ds AND @end_ds;
