MODEL (name shop.pairs, kind VIEW, grain (a, b), owner NULL);
SELECT 1::int AS a, 2::int AS b;
