MODEL (kind FULL, cron '@daily', audits [unique_combination_of_columns(columns := (a, b))]);
SELECT 1::int AS a, 2::int AS b;
