-- one day again
DELETE FROM {{ params.schema }}.{{ params.target }} WHERE day = '{{ ds }}';
INSERT INTO {{ params.schema }}.{{ params.target }}
SELECT day, sum(amount) AS amount FROM clean.transactions WHERE day = '{{ ds }}' GROUP BY 1;
