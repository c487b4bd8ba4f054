{{ config(tags=['daily']) }}
select customer_id, count(*)::integer as transactions from {{ ref('stg_transactions') }} group by 1
