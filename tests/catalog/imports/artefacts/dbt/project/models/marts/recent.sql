{{ config(materialized='ephemeral') }}
select * from {{ ref('stg_transactions') }} where amount > 10
