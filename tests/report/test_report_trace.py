"""`feasilint.trace/1`: where features come from, as data, as a tree and as drawings."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from feasilint import api, cli
from feasilint.errors import UsageError
from feasilint.report import dot, hops, mermaid, tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
SCHEMA: dict[str, Any] = json.loads(files("feasilint.report").joinpath("trace.schema.json").read_text())
CATALOG = """\
version: 1
sources:
  - {name: raw.tx, availability: production, latency: daily, period: 1d, run_time: 1h, owner: {contact: "#tx"}}
  - {name: raw.users, availability: production, latency: hourly, period: 1h}
  - {name: mart.tx, availability: production, period: 6h, run_time: 30m, owner: {contact: "#mart"}}
"""
FILES = {
    "catalog.yaml": CATALOG,
    "mart.sql": "create table mart.tx as select user_id, amount / 100 as eur, ts from raw.tx where ok",
    "features.sql": """\
create table ml.features as
select u.user_id, u.tier as user_tier, coalesce(t.spent, 0) * u.rate as spent, x.score
from raw.users as u
left join (select user_id, sum(eur) as spent from mart.tx where ts >= current_date - interval 30 day group by user_id) as t
  on t.user_id = u.user_id
left join unheard.scores as x on x.user_id = u.user_id
""",
}
HOSTILE = (
    '"]) end', "`x` **b** _i_", "<script>", "&amp; #35;", "%% x", "a\\", '\\N"', "1. item", "- item", "http://x.y",
    "a\nclick n1", "\x1b[31m\u202e", "{{x}} |p|", "subgraph",
)  # fmt: skip


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def one(path: str, feature: str) -> dict[str, Any]:
    found = api.trace(path, feature)
    jsonschema.validate(found, SCHEMA)
    (feature_found,) = found["features"]
    return {**feature_found, "from": hops.nested(feature_found)}


def drawn(feature: dict[str, Any], everything: bool = False) -> str:
    ids = [hop["id"] for hop in feature["from"]]
    return tree.render({"features": [{**feature, "from": ids}], "limits": []}, everything)


def stations(hop: dict[str, Any], depth: int = 0) -> Iterator[tuple[int, str, str]]:
    yield depth, hop["kind"], hop["name"]
    for below in hop["from"]:
        yield from stations(below, depth + 1)


def everything(hop: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield hop
    for below in hop["from"]:
        yield from everything(below)


# --- what is found ---


def test_keys_are_not_told_as_features(project: Path) -> None:
    names = [feature["name"] for feature in api.trace("features.sql")["features"]]
    assert names == ["user_tier", "spent", "score"]


def test_a_step_that_only_passes_a_column_on_is_no_station(project: Path) -> None:
    (score,) = one("features.sql", "score")["from"]
    assert list(stations(score)) == [(0, "source", "unheard.scores")]


def test_the_way_down_hop_by_hop(project: Path) -> None:
    found = one(".", "spent")
    (spent,) = found["from"]
    assert list(stations(spent)) == [
        (0, "step", "spent"),
        (1, "aggregation", "spent"),
        (2, "table", "mart.tx"),
        (3, "step", "eur"),
        (4, "source", "raw.tx"),
        (1, "source", "raw.users"),
    ]
    assert spent["code"] == "coalesce(t.spent, 0) * u.rate as spent"
    assert spent["place"]["span"]["line"] == 2


def test_an_aggregation_says_its_window(project: Path) -> None:
    aggregation = one(".", "spent")["from"][0]["from"][0]["aggregation"]
    assert aggregation == {
        "function": "sum",
        "keys": ["user_id"],
        "window": "bounded",
        "extent": ["P30D"],
        "time_column": "ts",
        "confidence": "exact",
    }


def test_ages_add_up_and_the_oldest_way_decides(project: Path) -> None:
    found = one(".", "spent")
    hour = 3600
    assert found["age"] == {"least": 1.5 * hour, "mean": 16.5 * hour, "worst": 31.5 * hour}
    by_name = {hop["name"]: hop for hop in everything(found["from"][0]) if hop["kind"] in ("table", "source")}
    assert {name: hop["deciding"] for name, hop in by_name.items()} == {
        "mart.tx": True, "raw.tx": True, "raw.users": False,
    }  # fmt: skip
    assert by_name["raw.tx"]["age"] == {"least": hour, "mean": 13 * hour, "worst": 25 * hour}
    assert by_name["mart.tx"]["age"] == found["age"]
    assert by_name["mart.tx"]["written"][0]["place"]["path"] == "mart.sql"


def test_nothing_decides_where_no_age_is_known(project: Path) -> None:
    found = one("features.sql", "score")
    assert found["age"] is None
    assert not found["from"][0]["deciding"]
    assert "unknown to the catalog" in drawn(found)


def test_what_decides_about_rows_is_told_apart(project: Path) -> None:
    found = one(".", "spent")
    assert {(i["role"], i["name"]) for i in found["indirect"]} == {("group_by", "raw.tx"), ("where", "raw.tx")}
    assert "raw.tx (" not in drawn(found)
    assert "where raw.tx (ok, ts)" in drawn(found, True)


def test_any_column_can_be_asked_for(project: Path) -> None:
    assert one("features.sql", "USER_ID")["targets"][0]["name"] == "ml.features"
    assert one("mart.sql", "eur")["targets"][0]["name"] == "mart.tx"


def test_an_unknown_feature_names_the_nearest(project: Path) -> None:
    with pytest.raises(UsageError, match="no feature is called `spend`: did you mean `spent`"):
        api.trace("features.sql", "spend")


def test_a_schedule_says_who_states_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: shop\nmodels: {shop: {+materialized: table}}\n")
    (tmp_path / "models").mkdir()
    stage = "{{ config(meta={'schedule': '0 3 * * *'}) }} select id, 2 * v as w from raw.x"
    (tmp_path / "models" / "stg.sql").write_text(stage)
    (tmp_path / "models" / "features.sql").write_text("select id, w from {{ ref('stg') }}")
    monkeypatch.chdir(tmp_path)
    (table,) = one("models/features.sql", "w")["from"]
    assert table["written"][0]["schedule"] == "0 3 * * *"
    assert f"schedule 0 3 * * * by {table['written'][0]['schedule_from']}" in hops.kept(table["written"][0])
    assert table["adds"] == {"least": 0, "mean": 12 * 3600, "worst": 24 * 3600}
    assert list(hops.adds(table)) == ["adds 0 s at best, 12 h on average, 1 d at worst"]


def test_two_models_on_one_feature_tell_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code = "import pandas as pd\nfrom sklearn.svm import SVC, NuSVC\ndf = pd.read_parquet('x.parquet')\n"
    code += "X = df[['a']]\nSVC().fit(X, df['y'])\nNuSVC().fit(X, df['y'])\n"
    Path("m.py").write_text(code)
    found = one("m.py", "a")
    assert [target["name"].rpartition(".")[2] for target in found["targets"]] == ["SVC", "NuSVC"]


# --- how it is drawn ---


def hostile() -> dict[str, Any]:
    """A trace in which every text from outside tries to be something else."""
    given = iter(range(10_000))

    def twisted(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: twisted(part, name) for name, part in value.items()}
        if isinstance(value, list):
            return [twisted(part) for part in value]
        free = key in (
            "name",
            "path",
            "code",
            "role",
            "owner",
            "contact",
            "schedule",
            "prediction_point",
            "time_column",
        )
        return HOSTILE[next(given) % len(HOSTILE)] if free and isinstance(value, str) else value

    found = api.trace(str(ROOT / "examples"), "txn_count_30m", catalog=str(ROOT / "catalog.yaml"))
    twisted_found: dict[str, Any] = twisted(found)
    return twisted_found


def test_nothing_from_outside_steers_a_terminal() -> None:
    text = tree.render(hostile(), True)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\x1b[31m" in text


_LABEL = r'"(?:[^\W]|[ ,.:/()=-]|#\d+;|<br/>)*"'
_MERMAID = "|".join(
    (
        "flowchart BT",
        rf"  n\d+(?:\(\[{_LABEL}\]\)|\[\[{_LABEL}\]\]|\[/{_LABEL}/\]|\[\({_LABEL}\)\]|\[{_LABEL}\])",
        rf"  n\d+ (?:-->|-\. {_LABEL} \.->) n\d+",
        r"  linkStyle \d+(?:,\d+)* stroke-width:4px",
    )
)
_QUOTED = r'"(?:[^"\\\n]|\\.)*"'
_DOT = "|".join(
    (
        r"digraph trace \{|\}|  rankdir=.*",
        rf"  n\d+ \[shape=\w+ label={_QUOTED}\];",
        rf"  n\d+ -> n\d+(?: \[(?:style=dashed label={_QUOTED}|penwidth=3)\])?;",
    )
)


@pytest.mark.parametrize(("render", "grammar"), [(mermaid.render, _MERMAID), (dot.render, _DOT)])
def test_every_line_of_a_drawing_is_of_its_grammar(render: Callable[[dict[str, Any], bool], str], grammar: str) -> None:
    for line in render(hostile(), True).splitlines():
        assert re.fullmatch(grammar, line), line


def test_an_arrow_joins_boxes_that_are_there() -> None:
    text = mermaid.render(api.trace(str(ROOT / "examples"), catalog=str(ROOT / "catalog.yaml")), True)
    boxes = set(re.findall(r"^  (n\d+)[\[(]", text, re.MULTILINE))
    ends = {end for pair in re.findall(r"^  (n\d+) -.*> (n\d+)$", text, re.MULTILINE) for end in pair}
    assert ends == boxes


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("a_b.c (d)", "a_b.c (d)"),
        ('x"]', "x#34;#93;"),
        ("_x_", "#95;x#95;"),
        ("1. x", "1#46; x"),
        ("- x", "#45; x"),
        ("s3://x", "s3#58;//x"),
    ],
)
def test_a_label_of_mermaid_is_text(text: str, quoted: str) -> None:
    assert mermaid.quoted(text) == quoted


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_reads_the_graph() -> None:
    done = subprocess.run(["dot", "-Tplain"], input=dot.render(hostile(), True), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_middle_of_a_long_run_of_steps_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    steps = "".join(f"df['a'] = df['a'] + {n}\n" for n in range(100, 140))
    Path("m.py").write_text(
        f"import pandas as pd\ndf = pd.read_parquet('x.parquet')\n{steps}df.to_parquet('ml.parquet')\n"
    )
    found = one("m.py", "a")
    assert len(found["hops"]) == 41
    text = drawn(found)
    assert "… 32 more steps" in text
    assert [n for n in range(100, 140) if f"df['a'] = df['a'] + {n}" in text] == [*range(100, 104), *range(136, 140)]


def test_what_is_too_much_is_said() -> None:
    assert tree.render({"features": [], "limits": ["too many"]}) == "note: too many\n"


# --- the command ---


@pytest.mark.parametrize("form", ["text", "json", "mermaid", "dot"])
def test_the_examples_are_the_golden_ones(
    form: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], golden: Callable[[str, str], None]
) -> None:
    monkeypatch.chdir(ROOT)
    path = "examples/::txn_count_30m" if form == "json" else "examples/"
    assert cli.main(["trace", path, "--format", form]) == 0
    golden(f"trace.{'txt' if form == 'text' else form}", capsys.readouterr().out)


def test_the_examples_answer_by_the_schema(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    jsonschema.validate(api.trace("examples/"), SCHEMA)


def test_a_feature_is_named_behind_colons(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["trace", "features.sql::spent"]) == 0
    assert capsys.readouterr().out.startswith("spent\n")


def test_a_path_may_have_colons_itself(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("a::b.sql").write_text("create table ml.features as select v from raw.x")
    assert cli.main(["trace", "a::b.sql"]) == 0
    assert capsys.readouterr().out.startswith("v\n")


@pytest.mark.parametrize(
    ("path", "code", "said"),
    [
        ("features.sql::spend", 2, "did you mean `spent`"),
        ("nowhere.sql::spent", 2, "nowhere.sql: no such file or directory"),
        ("empty", 3, "no features in empty"),
    ],
)
def test_what_cannot_be_told_has_its_exit_code(
    project: Path, capsys: pytest.CaptureFixture[str], path: str, code: int, said: str
) -> None:
    Path("empty").mkdir()
    assert cli.main(["trace", path]) == code
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""
