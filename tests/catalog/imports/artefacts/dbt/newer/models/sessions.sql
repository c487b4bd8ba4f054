{{ config(materialized='table') }}
select click_id as session_id, happened_at as started_at from {{ source('web', 'clicks') }}
