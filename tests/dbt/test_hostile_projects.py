"""Projects that mean harm: what they cost is bounded, what they may not see they do not see, and nothing raises."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from dbt_files import put

from feasilint import api
from feasilint.report import text as report

if TYPE_CHECKING:
    from pathlib import Path

PROJECT = "name: shop\n"
MACROS = {
    "loops": "{% macro f() %}{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}{% endmacro %}",
    "recursion": "{% macro f() %}{{ f() }}{% endmacro %}",
    "two that call each other": "{% macro f() %}{{ g() }}{% endmacro %}{% macro g() %}{{ f() }}{{ f() }}{% endmacro %}",
    "growth": "{% macro f() %}{% set x = ['a'] %}{% for i in range(60) %}{% do x.extend(x) %}{% endfor %}{{ x }}{% endmacro %}",
    "text": "{% macro f() %}{{ 'a' * 999999999 }}{% endmacro %}",
    "format": "{% macro f() %}{{ '%999999999d' % 1 }}{% endmacro %}",
    "power": "{% macro f() %}{{ 9 ** 9 ** 9 }}{% endmacro %}",
    "broken": "{% macro f() %}{% if %}",
    "break": "{% macro f() %}{% break %}{% endmacro %}",
    "bytes": "\x00\ufffd{% macro f() %}\x00{% endmacro %}",
}
MODEL = "select {{ f() }} as x from {{ ref('n') }}"


def scanned(root: Path) -> str:
    """The report on a folder, which has to be there within a minute."""
    began = time.monotonic()
    result = api.scan([str(root)], use_catalog=False)
    said = report.render(result)
    assert time.monotonic() - began < 60
    return said


@pytest.mark.parametrize("kind", MACROS)
def test_macros_are_bounded(kind: str, tmp_path: Path) -> None:
    put(tmp_path, {"dbt_project.yml": PROJECT, "macros/f.sql": MACROS[kind], "models/m.sql": MODEL})
    scanned(tmp_path)


def test_many_macros_cost_what_is_called(tmp_path: Path) -> None:
    many = "".join(f"{{% macro m{at}() %}}{at}{{% endmacro %}}\n" for at in range(20_000))
    put(tmp_path, {"dbt_project.yml": PROJECT, "macros/many.sql": many, "models/m.sql": "select {{ m7() }} as x"})
    scanned(tmp_path)


def test_models_that_refer_to_each_other_are_cut(tmp_path: Path) -> None:
    models = {f"models/{a}.sql": f"select * from {{{{ ref('{b}') }}}}" for a, b in ("ab", "bc", "ca", "dd")}
    put(tmp_path, {"dbt_project.yml": PROJECT, **models})
    scanned(tmp_path)


def test_variables_that_refer_to_each_other_are_cut(tmp_path: Path) -> None:
    settings = PROJECT + "vars: {a: \"{{ var('b') ~ var('b') }}\", b: \"{{ var('a') ~ var('a') }}\"}\n"
    put(tmp_path, {"dbt_project.yml": settings, "models/m.sql": "select {{ var('a') }} as x"})
    scanned(tmp_path)


def test_links_in_a_circle_are_not_followed(tmp_path: Path) -> None:
    put(tmp_path, {"dbt_project.yml": PROJECT, "models/m.sql": "select 1 as x"})
    for folder in ("models/again", "macros", "dbt_packages"):
        (tmp_path / folder).symlink_to(tmp_path, target_is_directory=True)
    scanned(tmp_path)


def test_settings_may_be_a_folder(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").mkdir()
    put(tmp_path, {"models/m.sql": MODEL})
    scanned(tmp_path)


def test_the_environment_is_not_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBT_ENV_SECRET_KEY", "hunter2hunter2")
    put(
        tmp_path,
        {
            "dbt_project.yml": PROJECT + "vars: {k: \"{{ env_var('DBT_ENV_SECRET_KEY') }}\"}\n",
            "profiles.yml": "shop: {target: x, outputs: {x: {type: snowflake, password: opensesame}}}\n",
            "models/m.sql": "select '{{ env_var('DBT_ENV_SECRET_KEY') }}' as a, '{{ var('k') }}' as b, "
            "count(*) as c, '{{ target.password }}' as d from {{ env_var('DBT_ENV_SECRET_KEY') }}.t",
        },
    )
    said = scanned(tmp_path) + str(api.inspect([str(tmp_path)]))
    assert "hunter2" not in said
    assert "opensesame" not in said
