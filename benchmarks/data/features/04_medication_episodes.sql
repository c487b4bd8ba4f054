-- Infusions joined into episodes: a new one begins after a pause or a change of rate.
WITH infusion AS (
  SELECT stay_id, linkorderid, rate AS vaso_rate, amount AS vaso_amount, starttime, endtime
  FROM `clinic.inputs`
  WHERE itemid IN (221906, 221289, 221749)
),
marked AS (
  SELECT
    infusion.*,
    LAG(endtime) OVER (PARTITION BY stay_id ORDER BY starttime) AS endtime_before,
    CASE
      WHEN LAG(vaso_rate) OVER (PARTITION BY stay_id ORDER BY starttime) != vaso_rate THEN 1
      WHEN DATETIME_DIFF(starttime, LAG(endtime) OVER (PARTITION BY stay_id ORDER BY starttime), MINUTE) > 60 THEN 1
      ELSE 0
    END AS is_new
  FROM infusion
),
numbered AS (
  SELECT marked.*, SUM(is_new) OVER (PARTITION BY stay_id ORDER BY starttime) AS episode
  FROM marked
)
SELECT
  stay_id,
  episode,
  MIN(starttime) AS starttime,
  MAX(endtime) AS endtime,
  DATETIME_DIFF(MAX(endtime), MIN(starttime), HOUR) AS duration_hours,
  MAX(vaso_rate) AS rate_max,
  SUM(vaso_amount) AS amount
FROM numbered
GROUP BY stay_id, episode;
