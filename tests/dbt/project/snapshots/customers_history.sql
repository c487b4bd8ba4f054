{% snapshot customers_history %}
{{ config(unique_key="id", strategy="timestamp", updated_at="updated_at", schema="history") }}
select * from {{ source("app", "customers") }}
{% endsnapshot %}
