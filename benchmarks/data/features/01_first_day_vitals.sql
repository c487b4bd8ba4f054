-- Vital signs of the first day of each stay.
CREATE OR REPLACE TABLE clinic.first_day_vitals AS
SELECT
  stay.subject_id,
  stay.stay_id,
  MIN(heart_rate) AS heart_rate_min,
  MAX(heart_rate) AS heart_rate_max,
  AVG(heart_rate) AS heart_rate_mean,
  MIN(systolic) AS systolic_min,
  MAX(systolic) AS systolic_max,
  AVG(systolic) AS systolic_mean,
  MIN(resp_rate) AS resp_rate_min,
  MAX(resp_rate) AS resp_rate_max,
  AVG(resp_rate) AS resp_rate_mean,
  MIN(temperature) AS temperature_min,
  MAX(temperature) AS temperature_max,
  MIN(glucose) AS glucose_min,
  MAX(glucose) AS glucose_max
FROM `clinic.stays` AS stay
LEFT JOIN `clinic.vitals` AS vital
  ON stay.stay_id = vital.stay_id
  AND vital.charttime >= DATETIME_SUB(stay.intime, INTERVAL 6 HOUR)
  AND vital.charttime <= DATETIME_ADD(stay.intime, INTERVAL 1 DAY)
GROUP BY stay.subject_id, stay.stay_id;
