"""Broken files: a problem that says where, and everything else is still known."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feasilint.dbt.project import Project

BROKEN = {
    "models:\n  - name: [a": "models/p.yml:2 is not valid YAML",
    "models:\n\t- name: a": "models/p.yml:2 is not valid YAML",
    "models: {{ var('x') }}": "models/p.yml:1 is not valid YAML",
    "a: &a [*a": "models/p.yml:1 is not valid YAML",
    "x: !!python/object/apply:os.system [ls]": "models/p.yml:1 is not valid YAML",
    "[" * 5000 + "]" * 5000: "models/p.yml:1 is not valid YAML",
    "models: \x01": "models/p.yml is not valid YAML",
    "a\0b": "models/p.yml cannot be read: binary content",
}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a\n- b",
        "7",
        "models: 3",
        "models: [1, null, {name: null}, {name: []}]",
        "sources: [{name: s, tables: 1}]",
        "models: {name: a}",
        "a: 2024-99-99",
    ],
)
def test_unexpected_shapes_are_no_problem(made, text: str) -> None:
    project = made(models__a_sql="select 1", models__p_yml=text)
    assert [model.name for model in project.models()] == ["a"]
    assert project.problems == ()


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_properties_file_costs_itself(made, text: str) -> None:
    project = made(
        models__a_sql="select 1", models__p_yml=text, models__q_yml="models: [{name: a, config: {tags: daily}}]"
    )
    assert [model.schedule.every for model in project.models()] == ["daily"]
    (problem,) = project.problems
    assert problem.kind == "unreadable"
    assert problem.message.startswith(BROKEN[text])
    assert problem.message.endswith("correct it, until then nothing that it says is known")


def test_a_broken_project_file_leaves_dbts_defaults(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: [", encoding="utf-8")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.sql").write_text("select 1", encoding="utf-8")
    project = Project(str(tmp_path))
    assert [model.name for model in project.models()] == ["a"]
    assert project.name == tmp_path.name
    assert [problem.message.split(" (")[0] for problem in project.problems] == ["dbt_project.yml:1 is not valid YAML"]


def test_files_that_may_not_be_read_cost_themselves(made) -> None:
    project = made(models__a_sql="select 1")
    (Path(project.root) / "profiles.yml").mkdir()
    assert project.adapter is None
    assert [problem.message.split(",")[0] for problem in project.problems] == [
        "profiles.yml is larger than 8 MiB or a folder"
    ]


def test_aliases_that_grow_or_loop_end(made) -> None:
    grow = "\n".join(f"  x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9) if n else '1, 1'}]" for n in range(30))
    project = made(
        f"vars:\n{grow}\n  loop: &loop {{again: *loop}}\nmodels: &m {{shop: *m, +meta: {{all: *x29}}}}",
        models__a_sql="",
    )
    assert project.model("a").materialized == "view"
    assert project.adapter is None


YAML = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("ab{}'\" :-_%.#", max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "name",
                    "models",
                    "sources",
                    "tables",
                    "config",
                    "versions",
                    "v",
                    "+tags",
                    "meta",
                    "shop",
                    "freshness",
                    "a",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=25,
)


@given(project=YAML, properties=YAML)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_data_gives_models(project: object, properties: object, tmp_path: Path) -> None:
    import yaml

    (tmp_path / "models").mkdir(exist_ok=True)
    (tmp_path / "dbt_project.yml").write_text(yaml.safe_dump(project), encoding="utf-8")
    (tmp_path / "models" / "a.sql").write_text("select 1", encoding="utf-8")
    (tmp_path / "models" / "a.yml").write_text(yaml.safe_dump(properties), encoding="utf-8")
    found = Project(str(tmp_path))
    assert len([*found.models()]) <= 1
    assert found.source("a", "a") is None or found.adapter is None
