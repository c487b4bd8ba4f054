select * from {{ source('payments', 'transactions') }}
