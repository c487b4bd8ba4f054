{{ config(meta={'schedule': '0 6 * * 1-5'}) }}
select 'NO' as country, _loaded_at::date as day, sum(amount) as amount from {{ ref('stg_transactions') }} group by 1, 2
