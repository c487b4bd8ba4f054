select page, happened_at::date as day, count(*) as clicks from {{ source('web', 'clicks') }} group by 1, 2
