{{ config(materialized="view") }}
select date_trunc('day', ordered_at) as day, count(*) as n from {{ ref("orders") }} group by 1
