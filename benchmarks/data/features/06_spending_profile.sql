-- What a user has spent, at the time of each checkout and over several windows.
CREATE OR REPLACE TABLE shop.spending_profile AS
WITH paid AS (
  SELECT user_id, order_id, merchant_id, amount, paid_at
  FROM shop.payments
  WHERE status = 'settled'
  QUALIFY ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY updated_at DESC) = 1
),
recent AS (
  SELECT
    spine.checkout_id,
    COUNT(paid.order_id) AS orders_90d,
    SUM(paid.amount) AS spend_90d,
    COUNT(DISTINCT paid.merchant_id) AS merchants_90d,
    SUM(IF(paid.paid_at >= TIMESTAMP_SUB(spine.checkout_at, INTERVAL 7 DAY), paid.amount, 0)) AS spend_7d,
    COUNTIF(paid.paid_at >= TIMESTAMP_SUB(spine.checkout_at, INTERVAL 1 DAY)) AS orders_1d,
    MAX(paid.paid_at) AS last_paid_at
  FROM shop.checkouts AS spine
  LEFT JOIN paid
    ON paid.user_id = spine.user_id
    AND paid.paid_at >= TIMESTAMP_SUB(spine.checkout_at, INTERVAL 90 DAY)
    AND paid.paid_at < spine.checkout_at
  GROUP BY spine.checkout_id
)
SELECT
  spine.checkout_id,
  spine.user_id,
  recent.* EXCEPT (checkout_id, last_paid_at),
  TIMESTAMP_DIFF(spine.checkout_at, recent.last_paid_at, HOUR) AS hours_since_last_order,
  SAFE_DIVIDE(recent.spend_7d, recent.spend_90d) AS share_of_last_week,
  user.country,
  DATE_DIFF(DATE(spine.checkout_at), DATE(user.signed_up_at), DAY) AS account_age_days
FROM shop.checkouts AS spine
LEFT JOIN recent USING (checkout_id)
LEFT JOIN shop.users AS user ON user.user_id = spine.user_id
WHERE spine.checkout_at >= TIMESTAMP '2024-01-01';
