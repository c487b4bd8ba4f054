-- A severity score per hour and its worst value over the last day.
WITH hours AS (
  SELECT ih.stay_id, ie.hadm_id, hr, DATETIME_SUB(ih.endtime, INTERVAL 1 HOUR) AS starttime, ih.endtime
  FROM `clinic.hourly` AS ih
  INNER JOIN `clinic.stays` AS ie ON ih.stay_id = ie.stay_id
),
pressure AS (
  SELECT hours.stay_id, hours.hr, MIN(vital.mbp) AS mean_pressure_min
  FROM hours
  LEFT JOIN `clinic.vitals` AS vital
    ON hours.stay_id = vital.stay_id AND hours.starttime < vital.charttime AND hours.endtime >= vital.charttime
  GROUP BY hours.stay_id, hours.hr
),
labs AS (
  SELECT hours.stay_id, hours.hr, MAX(chem.creatinine) AS creatinine_max, MAX(chem.bilirubin) AS bilirubin_max,
    MIN(chem.platelet) AS platelet_min
  FROM hours
  LEFT JOIN `clinic.chemistry` AS chem
    ON hours.hadm_id = chem.hadm_id AND hours.starttime < chem.charttime AND hours.endtime >= chem.charttime
  GROUP BY hours.stay_id, hours.hr
),
urine AS (
  SELECT hours.stay_id, hours.hr, SUM(uo.urineoutput) AS urine_24h
  FROM hours
  LEFT JOIN `clinic.urine_output` AS uo
    ON hours.stay_id = uo.stay_id
    AND uo.charttime > DATETIME_SUB(hours.endtime, INTERVAL 24 HOUR) AND uo.charttime <= hours.endtime
  GROUP BY hours.stay_id, hours.hr
),
scored AS (
  SELECT
    hours.*,
    CASE WHEN labs.platelet_min < 20 THEN 4 WHEN labs.platelet_min < 50 THEN 3 WHEN labs.platelet_min < 100 THEN 2
      WHEN labs.platelet_min < 150 THEN 1 WHEN labs.platelet_min IS NULL THEN NULL ELSE 0 END AS coagulation,
    CASE WHEN labs.bilirubin_max >= 12 THEN 4 WHEN labs.bilirubin_max >= 6 THEN 3 WHEN labs.bilirubin_max >= 2 THEN 2
      WHEN labs.bilirubin_max >= 1.2 THEN 1 WHEN labs.bilirubin_max IS NULL THEN NULL ELSE 0 END AS liver,
    CASE WHEN pressure.mean_pressure_min < 70 THEN 1 WHEN pressure.mean_pressure_min IS NULL THEN NULL ELSE 0 END AS cardiovascular,
    CASE WHEN labs.creatinine_max >= 5 OR urine.urine_24h < 200 THEN 4
      WHEN labs.creatinine_max >= 3.5 OR urine.urine_24h < 500 THEN 3
      WHEN labs.creatinine_max >= 2 THEN 2 WHEN labs.creatinine_max >= 1.2 THEN 1
      WHEN COALESCE(labs.creatinine_max, urine.urine_24h) IS NULL THEN NULL ELSE 0 END AS renal
  FROM hours
  LEFT JOIN pressure ON hours.stay_id = pressure.stay_id AND hours.hr = pressure.hr
  LEFT JOIN labs ON hours.stay_id = labs.stay_id AND hours.hr = labs.hr
  LEFT JOIN urine ON hours.stay_id = urine.stay_id AND hours.hr = urine.hr
),
last_day AS (
  SELECT
    scored.*,
    COALESCE(MAX(coagulation) OVER w, 0) AS coagulation_24h,
    COALESCE(MAX(liver) OVER w, 0) AS liver_24h,
    COALESCE(MAX(cardiovascular) OVER w, 0) AS cardiovascular_24h,
    COALESCE(MAX(renal) OVER w, 0) AS renal_24h
  FROM scored
  WINDOW w AS (PARTITION BY stay_id ORDER BY hr ROWS BETWEEN 23 PRECEDING AND 0 FOLLOWING)
)
SELECT last_day.*, coagulation_24h + liver_24h + cardiovascular_24h + renal_24h AS score_24h
FROM last_day
WHERE hr >= 0;
