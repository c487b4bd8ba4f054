MODEL (name shop.transactions_v);
SELECT tx_id, customer_id, amount FROM raw.payments.tx;
