select count(*) as clicks from {{ source('web', 'clicks') }}
