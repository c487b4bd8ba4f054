-- Events as sessions, and what happened in each.
WITH events AS (
  SELECT
    user_pseudo_id,
    TIMESTAMP_MICROS(event_timestamp) AS event_at,
    event_name,
    (SELECT value.string_value FROM UNNEST(event_params) WHERE key = 'page_location') AS page,
    (SELECT value.int_value FROM UNNEST(event_params) WHERE key = 'engagement_time_msec') AS engaged_ms
  FROM `site.analytics.events_*`
  WHERE _TABLE_SUFFIX BETWEEN '20240101' AND '20240131'
),
started AS (
  SELECT
    events.*,
    TIMESTAMP_DIFF(event_at, LAG(event_at) OVER (PARTITION BY user_pseudo_id ORDER BY event_at), MINUTE) AS gap_minutes
  FROM events
),
sessions AS (
  SELECT
    started.*,
    SUM(IF(gap_minutes IS NULL OR gap_minutes > 30, 1, 0)) OVER (PARTITION BY user_pseudo_id ORDER BY event_at) AS session_no
  FROM started
)
SELECT
  user_pseudo_id,
  session_no,
  MIN(event_at) AS session_start,
  MAX(event_at) AS session_end,
  COUNT(*) AS events,
  COUNT(DISTINCT page) AS pages,
  SUM(engaged_ms) / 1000 AS engaged_seconds,
  COUNTIF(event_name = 'purchase') AS purchases,
  ARRAY_AGG(page IGNORE NULLS ORDER BY event_at LIMIT 1)[SAFE_OFFSET(0)] AS landing_page
FROM sessions
GROUP BY user_pseudo_id, session_no;
