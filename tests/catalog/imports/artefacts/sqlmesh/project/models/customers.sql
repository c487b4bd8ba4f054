MODEL (name shop.customers, kind FULL, cron '0 6 * * 1-5', audits (unique_values(columns = (customer_id)), not_null(columns := (customer_id))));
SELECT customer_id, sum(amount)::decimal(18, 2) AS amount FROM shop.transactions_v GROUP BY 1;
