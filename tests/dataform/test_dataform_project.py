"""What a Dataform project says of its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from feasilint.dataform.evaluate import UNKNOWN, Table
from feasilint.dataform.project import Project
from feasilint.dbt.model import Schedule
from feasilint.nearest import dataform_projects

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    MakeProject = Callable[[dict[str, str]], Project]

SETTINGS = "defaultProject: p\ndefaultDataset: d\nvars: {env: prod}\n"


@pytest.fixture
def made(tmp_path: Path) -> MakeProject:
    def make(files: dict[str, str]) -> Project:
        for path, text in {"workflow_settings.yaml": SETTINGS, **files}.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text, encoding="utf-8")
        return Project(str(tmp_path))

    return make


def test_nothing_is_read_before_it_is_asked(made: MakeProject) -> None:
    assert made({"definitions/a.sqlx": "config {"}).digests == {}


def test_a_file_outside_of_any_project_has_none(tmp_path: Path) -> None:
    assert dataform_projects().of(str(tmp_path / "a.sqlx")) is None


def test_broken_settings_cost_themselves(made: MakeProject) -> None:
    project = made({"workflow_settings.yaml": "a: [", "definitions/a.sqlx": "config { type: 'table' }"})
    assert [model.relation for model in project.models] == [("a",)]
    assert [problem.message.split(" (")[0] for problem in project.problems] == [
        "workflow_settings.yaml:1 is not valid YAML"
    ]


@pytest.mark.parametrize(
    ("config", "relation", "materialized"),
    [
        ("", ("p", "d", "a"), "operations"),
        ("config {}", ("p", "d", "a"), "operations"),
        ("config { type: 'table' }", ("p", "d", "a"), "table"),
        ("config { type: 'view', materialized: true }", ("p", "d", "a"), "materialized_view"),
        ("config { type: 'incremental', schema: 's', uniqueKey: ['k'] }", ("p", "s", "a"), "incremental"),
        ("config { type: 'table', project: 'q', dataset: 's', name: 'n' }", ("q", "s", "n"), "table"),
        ("config { type: 'table', schema: unset.x }", ("a",), "table"),
        (
            "js { const s = `x_${dataform.projectConfig.vars.env}`; }\nconfig { type: 'table', schema: s }",
            ("p", "x_prod", "a"),
            "table",
        ),
        (
            "config { type: 'declaration', database: 'raw', schema: 'app', name: 'orders' }",
            ("raw", "app", "orders"),
            "declaration",
        ),
        ("config { type: names.kind }", ("p", "d", "a"), None),
    ],
)
def test_tables(made: MakeProject, config: str, relation: tuple[str, ...], materialized: str | None) -> None:
    project = made({"definitions/deep/a.sqlx": f"{config}\nselect 1"})
    (model,) = project.models
    assert (model.relation, model.materialized) == (relation, materialized)
    assert project.model_at(f"{project.root}/definitions/deep/a.sqlx") is model
    assert project.model_at(f"{project.root}/elsewhere/a.sqlx") is None


def test_settings_of_older_projects(tmp_path: Path) -> None:
    (tmp_path / "dataform.json").write_text('{"warehouse": "snowflake", "defaultDatabase": "db", "defaultSchema": "s"}')
    project = dataform_projects().of(str(tmp_path / "definitions" / "a.sqlx"))
    assert project is not None
    assert (project.adapter, project.table("", "x")) == ("snowflake", Table(("db", "s", "x"), ""))


def test_what_else_a_config_says(made: MakeProject) -> None:
    (model,) = made(
        {
            "definitions/a.sqlx": "config { type: 'table', tags: ['daily'], columns: { id: 'Key', total: { description: 'x' } } }"
        }
    ).models
    assert model.schedule == Schedule("daily", "tag `daily`")
    assert model.columns == ("id", "total")


def test_javascript_declares_and_publishes_tables(made: MakeProject) -> None:
    code = """
// declare({ name: "commented" })
const schema = "app";
declare({ database: "raw", schema, name: "orders" });
["x", "y"].forEach(name => declare({ schema, name }));
const more = [{ table: "z" }];
more.forEach((one, index) => { declare({ schema: `${schema}_2`, name: one.table }) });
unset.forEach(name => declare({ name }));
publish("totals", { type: "incremental", tags: ["hourly"] }).query(ctx => `select * from ${ctx.ref("orders")}`);
publish("plain").query("select 1");
object.declare({ name: "other" });
"""
    project = made({"definitions/sources.js": code, "node_modules/x/definitions/y.js": 'declare({ name: "no" })'})
    assert [(model.relation, model.materialized) for model in project.models] == [
        (("raw", "app", "orders"), "declaration"),
        (("p", "app", "x"), "declaration"),
        (("p", "app", "y"), "declaration"),
        (("p", "app_2", "z"), "declaration"),
        (("p", "d", "totals"), "incremental"),
        (("p", "d", "plain"), "view"),
    ]


REFERENCES = {
    "definitions/orders.sqlx": "config { type: 'declaration', database: 'raw', schema: 'app' }",
    "definitions/other/orders.sqlx": "config { type: 'table', schema: 'marts' }",
}


@pytest.mark.parametrize(
    ("arguments", "table"),
    [
        ((), None),
        ((UNKNOWN,), None),
        (({"schema": "app"},), ("p", "d", "app")),
        (({"schema": "app", "name": UNKNOWN},), None),
        (("orders",), ("raw", "app", "orders")),
        (("marts", "orders"), ("p", "marts", "orders")),
        (({"name": "orders", "schema": "marts"},), ("p", "marts", "orders")),
        (({"name": "orders", "schema": "s", "database": "q"},), ("q", "s", "orders")),
        (("nobodys",), ("p", "d", "nobodys")),
        (("s", "nobodys"), ("p", "s", "nobodys")),
    ],
)
def test_references(made: MakeProject, arguments: tuple[object, ...], table: tuple[str, ...] | None) -> None:
    found = made(REFERENCES).table("ref", *arguments)
    assert (found.parts if isinstance(found, Table) else None) == table


def test_values_of_includes(made: MakeProject) -> None:
    code = """
const base = "raw";  // a comment
const table = `${base}.orders`;
let env = dataform.projectConfig.vars.env
const today = new Date().toISOString();
function f(x) { return x; }
const days = { short: 7, long: [30, 90] };
module.exports = { base, table, env, today, f, days, inline: 1 + 1 };
"""
    project = made(
        {"includes/constants.js": code, "includes/deep/no.js": code, "includes/other.js": "exports.one = 1;"}
    )
    assert project.names["constants"] == {
        "base": "raw",
        "table": "raw.orders",
        "env": "prod",
        "days": {"short": 7, "long": [30, 90]},
        "inline": 2,
    }
    assert project.names["other"] == {"one": 1}
    assert "no" not in project.names
