MODEL (
  name @{region}.orders,
  kind FULL,
  cron '@monthly',
  blueprints ((region := north, team := 'ops'), (region := south, team := 'ops'))
);
SELECT 1::int AS order_id;
