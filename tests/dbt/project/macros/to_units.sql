{% macro to_units(column) %}({{ column }} / 100.0){% endmacro %}
