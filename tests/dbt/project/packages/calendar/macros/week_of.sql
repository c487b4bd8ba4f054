{% macro week_of(column) %}{{ return(adapter.dispatch("week_of", "calendar")(column)) }}{% endmacro %}

{% macro default__week_of(column) %}date_trunc('week', {{ column }}){% endmacro %}
