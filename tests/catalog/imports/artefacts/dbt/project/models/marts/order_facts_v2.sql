select tx_id, amount, customer_id from {{ ref('stg_transactions') }}
