select tx_id, amount from {{ ref('stg_transactions') }}
