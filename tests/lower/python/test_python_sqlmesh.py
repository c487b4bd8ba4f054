"""Python models of SQLMesh: what is none first."""

from __future__ import annotations

import pytest
from python_lowering import run, sources

from feasilint.ir import Program, Refresh, Write

HEAD = "from sqlmesh import ExecutionContext, model\nfrom sqlmesh.core.model.kind import ModelKindName\nimport pandas as pd\n"


def lowered(code: str, path: str = "project/models/shop/spend.py") -> Program:
    return run(HEAD + code, path=path)


def written(program: Program) -> list[tuple[str | None, Refresh | None]]:
    writes = [sink for sink in program.sinks if isinstance(sink, Write)]
    return [(one.target.name if one.target else None, one.refresh) for one in writes]


@pytest.mark.parametrize(
    "code",
    [
        "def execute(context, **kwargs):\n    return context.fetchdf('SELECT a FROM shop.orders')",
        "@other('shop.x')\ndef execute(context, **kwargs):\n    return context.fetchdf('SELECT a FROM shop.orders')",
        "def model(name):\n    return lambda f: f\n@model('shop.x')\ndef execute(context):\n    return pd.DataFrame()",
        "@model('shop.x', columns={'a': 'int'})\ndef execute(context, **kwargs):\n    yield from ()",
    ],
)
def test_what_is_no_model(code: str) -> None:
    assert written(lowered(code)) == []


@pytest.mark.parametrize(
    ("stated", "name", "refresh"),
    [
        ("'shop.x'", "shop.x", Refresh(None, "@daily", "cron")),
        ("name='shop.x', cron='@hourly', kind='full'", "shop.x", Refresh("table", "@hourly", "cron")),
        ("'shop.x', kind=ModelKindName.FULL", "shop.x", Refresh("table", "@daily", "cron")),
        (
            "'shop.x', kind=dict(name=ModelKindName.INCREMENTAL_BY_TIME_RANGE, time_column='ts')",
            "shop.x",
            Refresh("incremental", "@daily", "cron"),
        ),
        ("'shop.x', kind={'name': 'SCD_TYPE_2'}", "shop.x", Refresh("snapshot", "@daily", "cron")),
        ("'@{customer}.x', blueprints=[{'customer': 'a'}]", "{customer}.x", Refresh(None, "@daily", "cron")),
        ("columns={'a': 'int'}", "shop.spend", Refresh(None, "@daily", "cron")),
    ],
)
def test_the_decorator_names_the_table(stated: str, name: str, refresh: Refresh) -> None:
    code = f"@model({stated})\ndef execute(context, start, end, **kwargs):\n    return context.fetchdf('SELECT a FROM raw.t')"
    program = lowered(code)
    assert written(program) == [(name, refresh)]
    assert sources(program) == ["raw.t"]
    assert program.diagnostics == ()


@pytest.mark.parametrize(
    "body",
    [
        "return context.fetchdf(f'SELECT a FROM {context.resolve_table(\"shop.orders\")}')",
        "t = context.table('shop.orders')\n    df = context.fetchdf(f'SELECT a FROM {t}')\n    df['b'] = df.a + 1\n    return df",
        "t = context.resolve_table('shop.orders')\n    yield context.fetchdf(f\"SELECT a FROM {t} WHERE ts >= '{start.date()}'\")",
        "df = context.fetchdf('SELECT a FROM shop.orders')\n    if df.empty:\n        yield from ()\n        return\n    yield df",
        "return context.spark.table(context.resolve_table('shop.orders')).select('a')",
        "return context.snowpark.table('shop.orders')",
        "return context.engine_adapter.fetchdf('SELECT a FROM shop.orders')",
        "return context.bigframe.read_gbq('shop.orders')",
        "for day in range(3):\n        yield context.fetchdf('SELECT a FROM shop.orders')",
        "return 'SELECT a FROM shop.orders'",
    ],
)
def test_what_the_context_gives(body: str) -> None:
    program = lowered(f"@model('shop.x', columns={{}})\ndef execute(context, start, end, **kwargs):\n    {body}\n")
    assert [name for name, _ in written(program)] == ["shop.x"]
    assert list(dict.fromkeys(sources(program))) == ["shop.orders"]


def test_a_query_is_read_in_the_dialect_of_the_model() -> None:
    code = (
        "@model('shop.x', dialect='bigquery')\ndef execute(context, **kwargs):\n"
        "    return context.fetchdf('SELECT a FROM `p-1.shop.orders`')\n"
    )
    assert sources(lowered(code)) == ["p-1.shop.orders"]


def test_several_models_of_one_file() -> None:
    code = "".join(
        f"@model('shop.{name}')\ndef {name}(context, **kwargs):\n    return context.fetchdf('SELECT a FROM raw.{name}')\n"
        for name in ("one", "two")
    )
    assert [name for name, _ in written(lowered(code))] == ["shop.one", "shop.two"]
