{{ config(materialized='incremental', unique_key='customer_id', meta={'schedule': '30 4 * * *', 'owner': 'ml-team'}) }}
select customer_id, sum(amount) as amount, max(card_number) as last_card from {{ ref('recent') }} group by 1
