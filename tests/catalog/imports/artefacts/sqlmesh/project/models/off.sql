MODEL (name shop.off, kind FULL, enabled false);
SELECT 1 AS x;
