MODEL (
  name shop.hourly_totals,
  kind INCREMENTAL_BY_TIME_RANGE (time_column hour),
  interval_unit hour,
  grains ((customer_id, hour), total_id)
);
SELECT customer_id, date_trunc('hour', created_at) AS hour, sum(amount) AS total, 1 AS total_id
FROM raw.payments.tx WHERE created_at BETWEEN @start_ts AND @end_ts GROUP BY 1, 2;
