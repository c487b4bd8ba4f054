"""A project of SQLMesh, and what SQLMesh itself reads out of it (`scripts/artefacts/sqlmesh.py`)."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feasilint.catalog.imports.artefact import ArtefactError
from feasilint.catalog.imports.kinds import read
from feasilint.catalog.imports.schedules import refreshed
from feasilint.catalog.load import from_mapping

HERE = Path(__file__).parent / "artefacts" / "sqlmesh"
PROJECT = HERE / "project"
REAL: dict[str, Any] = {
    name.replace('"', ""): one for name, one in json.loads((HERE / "models.json").read_text()).items()
}
SCHEDULED = {name for name, one in REAL.items() if one["kind"] not in ("VIEW", "SEED", "EXTERNAL", "EMBEDDED")}


def entries(location: Path) -> dict[str, dict[str, object]]:
    found = [entry for imported in read("sqlmesh", str(location)) for entry in imported.sources]
    return {str(entry["name"]): {key: value for key, value in entry.items() if key != "name"} for entry in found}


def notes(location: Path) -> list[str]:
    return [str(note) for imported in read("sqlmesh", str(location)) for note in imported.notes]


def put(folder: Path, name: str, text: str) -> Path:
    """A project with one file."""
    (folder / "config.yaml").touch()
    (folder / "models").mkdir(exist_ok=True)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return folder


def one(folder: Path, text: str, name: str = "models/m.sql") -> dict[str, object]:
    [found] = entries(put(folder, name, text)).values()
    return found


# --- what is not taken over ------------------------------------------------------------------------------------------


def test_what_has_no_table_has_no_entry() -> None:
    found = entries(PROJECT)
    assert not {"shop.inlined", "shop.off"} & found.keys()


@pytest.mark.parametrize("enabled", ["false", "FALSE", "(0 = 1)"])
def test_disabled_models(tmp_path: Path, enabled: str) -> None:
    assert (
        entries(put(tmp_path, "models/m.sql", f"MODEL (name a.b, kind FULL, enabled {enabled});\nSELECT 1 AS x")) == {}
    )


def test_what_nobody_schedules_has_no_period() -> None:
    found = entries(PROJECT)
    assert [name for name in found if "period" in found[name] and name not in SCHEDULED] == []


def test_tables_of_others_have_none_of_the_defaults() -> None:
    found = entries(PROJECT)
    assert found["raw.web.events_*"] == {}
    assert "owner" not in found["raw.payments.tx"]


def test_nothing_says_what_production_has() -> None:
    assert not [name for name, entry in entries(PROJECT).items() if "availability" in entry or "latency" in entry]


def test_an_offset_in_another_zone_is_not_certain() -> None:
    history = entries(PROJECT)["shop.contacts_history"]
    assert (history["period"], history.get("offset")) == ("1d", None)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "MODEL (name @schema.x, kind FULL);",
            "models/m.sql:1: its name @schema.x is only known when SQLMesh loads it",
        ),
        (
            "\nMODEL (name @{a}.x, kind FULL, blueprints @every());",
            ":2: what its blueprints are is only known when SQLMesh",
        ),
        ("MODEL (name a.x, kind FULL, cron '99 * * * *');", "a.x: `99 * * * *` is no cron expression"),
    ],
)
def test_what_only_a_run_knows_is_said(tmp_path: Path, text: str, told: str) -> None:
    project = put(tmp_path, "models/m.sql", text)
    assert entries(project) == {}
    assert told in notes(project)[0]


def test_files_that_are_no_models(tmp_path: Path) -> None:
    put(tmp_path, "models/plain.sql", "SELECT 1 AS x")
    put(tmp_path, "models/other.py", "@model('a.b')\ndef f(): ...")  # of another library
    assert (entries(tmp_path), notes(tmp_path)) == ({}, [])


# --- what is taken over ----------------------------------------------------------------------------------------------


def test_the_models_are_those_of_sqlmesh() -> None:
    assert entries(PROJECT).keys() == {name for name, one in REAL.items() if one["kind"] != "EMBEDDED"}


@pytest.mark.parametrize("name", sorted(SCHEDULED))
def test_schedules_are_those_of_sqlmesh(name: str) -> None:
    assert entries(PROJECT)[name]["period"] == refreshed(REAL[name]["cron"])["period"]


@pytest.mark.parametrize("name", sorted(name for name in REAL if REAL[name]["kind"] not in ("EXTERNAL", "EMBEDDED")))
def test_the_rest_is_as_sqlmesh_reads_it(name: str) -> None:
    found, real = entries(PROJECT)[name], REAL[name]
    time = real["time_column"] and real["time_column"].strip('"')
    assert found.get("owner") == real["owner"]
    assert found.get("event_time") == time
    assert list(found.get("columns", {})) == list(real["columns"]) or set(found["columns"]) == set(real["columns"])  # type: ignore[call-overload]
    if real["grains"]:
        assert found["grain"] == re.sub(r"[()]", "", real["grains"][0]).split(", ")
    if real["unique_key"]:
        key = [column.strip('"') for column in real["unique_key"]]
        assert found["grain"][: len(key)] == key  # type: ignore[index]
    if real["partitioned_by"]:
        assert found["partition"] == real["partitioned_by"][0].strip('"')


def test_an_incremental_model() -> None:
    assert entries(PROJECT)["shop.transactions"] == {
        "period": "1d",
        "offset": "4h30m",
        "grain": ["tx_id"],
        "event_time": "day",
        "partition": "day",
        "retention": "90d",
        "flags": ["pii"],
        "blind_spot": "2h",
        "columns": {
            "tx_id": {"type": "BIGINT"},
            "amount": {"type": "DECIMAL(18, 2)"},
            "items": {"type": "STRUCT(sku TEXT, count INT)[]"},
            "day": {"type": "DATE"},
        },
        "owner": "payments",
    }


def test_a_history() -> None:
    found = entries(PROJECT)
    assert found["shop.customers_history"] == {
        "period": "1d",
        "kind": "scd2",
        "grain": ["customer_id", "since"],
        "owner": "data-team",
    }
    assert found["shop.contacts_history"]["grain"] == ["contact_id", "region", "valid_from"]


def test_a_python_model() -> None:
    assert entries(PROJECT)["shop.features"] == {
        "period": "1d",
        "offset": "5h",
        "grain": ["customer_id", "day"],
        "event_time": "day",
        "partition": "day",
        "columns": {"customer_id": {"type": "bigint"}, "day": {"type": "date"}, "amount": {"type": "decimal(18, 2)"}},
        "owner": "risk",
    }


def test_external_models() -> None:
    columns = entries(PROJECT)["raw.payments.tx"]["columns"]
    assert columns == {
        "tx_id": {"type": "BIGINT"},
        "customer_id": {"type": "BIGINT"},
        "amount": {"type": "DECIMAL(18, 2)"},
        "items": {"type": "STRUCT(sku TEXT, count INT)[]"},
        "created_at": {"type": "TIMESTAMP"},
    }


def test_keys_that_audits_find() -> None:
    found = entries(PROJECT)
    assert (found["shop.customers"]["grain"], found["shop.inferred"]["grain"]) == (["customer_id"], ["a", "b"])


@pytest.mark.parametrize(
    ("grain", "expected"),
    [
        ("grain id", ["id"]),
        ("grain (id, day)", ["id", "day"]),
        ("grain [id, day]", ["id", "day"]),
        ("grain id AS order_id", ["id"]),
        ('grain "Id"', ["Id"]),
        ("grain (id || day)", None),
        ("grains (id, day)", ["id"]),
        ("grains ((id, day), other)", ["id", "day"]),
    ],
)
def test_grains(tmp_path: Path, grain: str, expected: object) -> None:
    assert one(tmp_path, f"MODEL (name a.b, {grain});\nSELECT 1 AS id").get("grain") == expected


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("kind MANAGED, physical_properties (target_lag = '2 hours')", "2h"),
        ("kind MANAGED, physical_properties (target_lag = 'DOWNSTREAM')", None),
        ("kind VIEW (materialized true), cron '@hourly'", None),
        ("kind FULL", "1d"),
        ("kind FULL, cron '@monthly'", "1mo"),
        ("kind CUSTOM (materialization 'own', time_column day), cron '*/5 * * * *'", "5m"),
    ],
)
def test_periods(tmp_path: Path, stated: str, expected: object) -> None:
    assert one(tmp_path, f"MODEL (name a.b, {stated});\nSELECT 1 AS id").get("period") == expected


def test_kinds_by_their_classes(tmp_path: Path) -> None:
    text = """
from sqlmesh import model
from sqlmesh.core.model.kind import IncrementalByTimeRangeKind, SCDType2ByTimeKind, TimeColumn

@model("a.range", kind=IncrementalByTimeRangeKind(time_column=TimeColumn(column="day", format="%Y")), cron="@daily")
def made(context): ...

@model("a.history", kind=SCDType2ByTimeKind(unique_key=["id"]))
def history(context): ...

@model(name_of("x"))
def unknown(context): ...
"""
    project = put(tmp_path, "models/m.py", text)
    assert entries(project) == {
        "a.range": {"period": "1d", "event_time": "day", "partition": "day"},
        "a.history": {"period": "1d", "kind": "scd2", "grain": ["id", "valid_from"]},
    }
    assert notes(project) == [
        f"{tmp_path}/models/m.py:11: its name is only known when SQLMesh loads it; it was left out"
    ]


def test_settings_in_python(tmp_path: Path) -> None:
    put(tmp_path, "models/m.sql", "MODEL (name @mart.x, kind FULL);\nSELECT 1 AS x")
    (tmp_path / "config.yaml").unlink()
    (tmp_path / "config.py").write_text(
        "from sqlmesh.core.config import Config, ModelDefaultsConfig\n"
        "defaults = {'owner': 'team', 'cron': '0 3 * * *'}\n"
        "config = Config(model_defaults=ModelDefaultsConfig(dialect='duckdb', **defaults), variables={'MART': 'shop'})\n"
    )
    assert entries(tmp_path) == {"shop.x": {"period": "1d", "offset": "3h", "owner": "team"}}


def test_several_projects_below_a_folder(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        put(tmp_path / name, "models/m.sql", f"MODEL (name {name}.x);\nSELECT 1 AS x")
    (tmp_path / ".hidden").mkdir()
    put(tmp_path / ".hidden", "models/m.sql", "MODEL (name hidden.x);\nSELECT 1 AS x")
    assert list(entries(tmp_path)) == ["one.x", "two.x"]


def test_external_models_of_several_projects_are_one(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        put(tmp_path / name, "external_models.yaml", "- {name: raw.x, columns: {a: int}}")
    assert [imported.path for imported in read("sqlmesh", str(tmp_path))] == [f"{tmp_path}/one/external_models.yaml"]


def test_projects_of_dbt_that_sqlmesh_runs(tmp_path: Path) -> None:
    put(tmp_path, "dbt_project.yml", "name: shop")
    assert notes(tmp_path) == [f"{tmp_path}/dbt_project.yml: its models are those of dbt; import them as `dbt`"]


# --- what is broken --------------------------------------------------------------------------------------------------


def test_places_without_a_project(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="no project of SQLMesh"):
        read("sqlmesh", str(tmp_path))
    with pytest.raises(ArtefactError, match="no such folder"):
        read("sqlmesh", str(tmp_path / "nowhere"))


def test_a_broken_file_costs_itself(tmp_path: Path) -> None:
    put(tmp_path, "models/good.sql", "MODEL (name a.good);\nSELECT 1 AS x")
    put(tmp_path, "models/bad.py", "from sqlmesh import model\n@model('a.b'\ndef f(): ...")
    put(tmp_path, "models/bytes.sql", "x")
    (tmp_path / "models" / "bytes.sql").write_bytes(b"x\xff")
    put(tmp_path, "external_models.yaml", "- {name: a.ext}\n- {columns: {a: int}}\n- 7\n")
    (tmp_path / "config.yaml").write_text("model_defaults: {owner: [")
    assert sorted(entries(tmp_path)) == ["a.ext", "a.good"]
    told = "\n".join(notes(tmp_path))
    assert "bad.py:2: not Python: '(' was never closed" in told
    assert "bytes.sql: not UTF-8" in told
    assert "external_models.yaml: an external model without a name; it was left out" in told
    assert "config.yaml:2: not valid YAML" in told


def test_code_that_python_warns_of(tmp_path: Path) -> None:
    put(
        tmp_path,
        "models/m.py",
        "from sqlmesh import model\n@model('a.b', cron='@daily')\ndef f(): return '\\d' if 1 is 1or 2 else 3",
    )
    assert entries(tmp_path) == {"a.b": {"period": "1d"}}


def test_entries_are_those_of_a_catalog() -> None:
    found = [entry for imported in read("sqlmesh", str(PROJECT)) for entry in imported.sources]
    from_mapping({"version": "1", "sources": found})


FILES = sorted(
    path.relative_to(PROJECT).as_posix() for path in PROJECT.rglob("*") if path.suffix in (".sql", ".py", ".yaml")
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_of_a_file_gives_entries_or_notes(tmp_path: Path, data: st.DataObject) -> None:
    project = tmp_path / "project"
    if not project.exists():
        shutil.copytree(PROJECT, project)
    name = data.draw(st.sampled_from(FILES))
    text = (PROJECT / name).read_text()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(at, min(len(text), at + 30)))
        text = (
            text[:at]
            + data.draw(st.sampled_from(["", "(", ")", "'", '"', "@", ",", "\n", "-", ":", "[", "\x00", "é"]))
            + text[end:]
        )
    (project / name).write_text(text)
    assert all(isinstance(name, str) for name in entries(project))
    (project / name).write_text((PROJECT / name).read_text())
