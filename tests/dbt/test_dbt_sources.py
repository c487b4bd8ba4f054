"""Source tables, as properties files declare them."""

from __future__ import annotations

import pytest

from feasilint.dbt.model import Period

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
    assert (orders.loaded_at_field, orders.warn_after, orders.error_after) == (
        "_loaded_at",
        Period(12, "hour"),
        Period(1, "day"),
    )
    assert (users.loaded_at_field, users.warn_after, users.error_after) == ("updated_at", None, None)


def test_what_a_table_says_beats_its_source(made) -> None:
    project = made(models__s_yml=PROPERTIES)
    assert project.source("app", "orders").owner == "core"
    assert project.source("app", "orders").columns == ("id", "amount")
    assert (project.source("app", "users").owner, project.source("app", "users").tags) == ("crm", ("pii",))
