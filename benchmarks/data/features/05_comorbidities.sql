-- Comorbidity flags per admission from diagnosis codes of two revisions.
WITH codes AS (
  SELECT hadm_id, CASE WHEN icd_version = 9 THEN icd_code END AS icd9, CASE WHEN icd_version = 10 THEN icd_code END AS icd10
  FROM `clinic.diagnoses`
),
flags AS (
  SELECT
    ad.hadm_id,
    MAX(CASE WHEN SUBSTR(icd9, 1, 3) IN ('410', '412') OR SUBSTR(icd10, 1, 3) IN ('I21', 'I22') THEN 1 ELSE 0 END) AS infarct,
    MAX(CASE WHEN SUBSTR(icd9, 1, 3) = '428' OR SUBSTR(icd10, 1, 3) IN ('I43', 'I50') THEN 1 ELSE 0 END) AS heart_failure,
    MAX(CASE WHEN SUBSTR(icd9, 1, 3) BETWEEN '430' AND '438' OR SUBSTR(icd10, 1, 3) BETWEEN 'I60' AND 'I69' THEN 1 ELSE 0 END) AS stroke,
    MAX(CASE WHEN SUBSTR(icd9, 1, 4) IN ('2504', '2505', '2506') OR SUBSTR(icd10, 1, 4) IN ('E102', 'E112') THEN 1 ELSE 0 END) AS diabetes,
    MAX(CASE WHEN SUBSTR(icd9, 1, 3) IN ('196', '197', '198') OR SUBSTR(icd10, 1, 3) IN ('C77', 'C78') THEN 1 ELSE 0 END) AS tumour
  FROM `clinic.admissions` AS ad
  LEFT JOIN codes ON ad.hadm_id = codes.hadm_id
  GROUP BY ad.hadm_id
),
aged AS (
  SELECT hadm_id, age, CASE WHEN age <= 50 THEN 0 WHEN age <= 60 THEN 1 WHEN age <= 70 THEN 2 ELSE 3 END AS age_score
  FROM `clinic.ages`
)
SELECT
  ad.subject_id, ad.hadm_id, aged.age_score, infarct, heart_failure, stroke, diabetes, tumour,
  aged.age_score + infarct + heart_failure + stroke + 2 * diabetes + 6 * tumour AS comorbidity_index
FROM `clinic.admissions` AS ad
LEFT JOIN flags ON ad.hadm_id = flags.hadm_id
LEFT JOIN aged ON ad.hadm_id = aged.hadm_id;
