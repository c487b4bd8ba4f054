MODEL (name @{mart}.latest, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key (customer_id, day)), cron '@weekly', owner 'ml');
SELECT customer_id::int, created_at::date AS day, amount FROM raw.payments.tx;
