MODEL (name shop.parts, kind INCREMENTAL_BY_PARTITION, partitioned_by country, cron '15 */6 * * *');
SELECT 'NO'::text AS country, 1::int AS n;
