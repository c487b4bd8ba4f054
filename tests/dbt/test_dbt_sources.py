"""Source tables, as properties files declare them."""

from __future__ import annotations

import pytest

RULES = {"warn_after": {"count": 12, "period": "hour"}, "error_after": {"count": 1, "period": "day"}}
PROPERTIES = """
sources:
  - name: app
    database: raw
    schema: "{{ var('app_schema', 'app_prod') }}"
    loaded_at_field: _loaded_at
    freshness: {warn_after: {count: 12, period: hour}, error_after: {count: 1, period: day}}
    meta: {owner: core}
    tables:
      - name: orders
        identifier: raw_orders
        columns: [{name: id}, {name: amount}]
      - {name: users, freshness: null, config: {loaded_at_field: updated_at, meta: {owner: crm}, tags: [pii]}}
      - {name: old, identifier: "{{ target.name }}_old"}
  - name: elsewhere
    schema: "{{ target.schema }}"
    tables: [{name: t}]
  - name: plain
    tables: [{name: t}]
"""


def test_an_undeclared_source_is_none(made) -> None:
    project = made(models__s_yml=PROPERTIES)
    assert project.source("app", "nothing") is None
    assert project.source("nothing", "orders") is None


@pytest.mark.parametrize(
    ("source", "table", "relation"),
    [
        ("app", "old", ()),
        ("elsewhere", "t", ("t",)),
        ("plain", "t", ("plain", "t")),
        ("app", "users", ("raw", "app_prod", "users")),
        ("app", "orders", ("raw", "app_prod", "raw_orders")),
    ],
)
def test_names_as_far_as_they_are_sure(made, source: str, table: str, relation: tuple[str, ...]) -> None:
    assert made(models__s_yml=PROPERTIES).source(source, table).relation == relation


def test_variables_of_the_project_name_sources(made) -> None:
    project = made("vars: {app_schema: everywhere, shop: {app_schema: here}}", models__s_yml=PROPERTIES)
    assert project.source("app", "orders").relation == ("raw", "here", "raw_orders")


def test_freshness_is_inherited_unless_it_is_null(made) -> None:
    project = made(models__s_yml=PROPERTIES)
    orders, users = project.source("app", "orders"), project.source("app", "users")
    assert (orders.config["loaded_at_field"], orders.config["freshness"]) == ("_loaded_at", RULES)
    assert (users.config["loaded_at_field"], users.config["freshness"]) == ("updated_at", None)


@pytest.mark.parametrize(
    ("table", "warn_after", "error_after"),
    [
        ("freshness: {warn_after: {count: 3, period: hour}}", (3, "hour"), (1, "day")),
        ("freshness: {warn_after: {count: 3}}", (3, "hour"), (1, "day")),
        ("freshness: {error_after: null}", (12, "hour"), None),
        ("freshness: {error_after: null}, config: {freshness: {error_after: {count: 2, period: day}}}", (12, "hour"), (2, "day")),
        ("freshness: null, config: {freshness: {error_after: {count: 2, period: day}}}", None, (2, "day")),
        ("config: {freshness: null}", None, None),
    ],
)  # fmt: skip
def test_rules_of_freshness_add_up(made, table: str, warn_after: object, error_after: object) -> None:
    source = f"{PROPERTIES.split('    tables:')[0]}    tables: [{{name: t, {table}}}]\n"
    freshness = made(models__s_yml=source).source("app", "t").config["freshness"] or {}
    found = (freshness.get(rule) or {} for rule in ("warn_after", "error_after"))
    assert [tuple(rule.values()) or None for rule in found] == [warn_after, error_after]


def test_no_column_of_loading_is_said_beside_the_settings_only(made) -> None:
    source = f"{PROPERTIES.split('    tables:')[0]}    tables:\n"
    tables = "      - {name: a, config: {loaded_at_field: null}}\n      - {name: b, loaded_at_field: null}\n"
    project = made(models__s_yml=source + tables)
    assert [project.source("app", name).config["loaded_at_field"] for name in "ab"] == ["_loaded_at", None]


def test_what_a_table_says_beats_its_source(made) -> None:
    project = made(models__s_yml=PROPERTIES)
    assert project.source("app", "orders").config["meta"] == {"owner": "core"}
    assert project.source("app", "orders").columns == ("id", "amount")
    users = project.source("app", "users").config
    assert (users["meta"], users["tags"]) == ({"owner": "crm"}, ["pii"])
