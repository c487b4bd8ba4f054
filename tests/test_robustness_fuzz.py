"""Arbitrary SQL: it never raises, answers by the schema, always the same, and leaves its neighbours alone."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feasilint.api import inspect_source, scan_files

SCHEMA: dict[str, Any] = json.loads(files("feasilint.report").joinpath("inspect.schema.json").read_text())
HEAD = "create table ml.head as select user_id, sum(amount) as spent from shop.orders group by user_id\n;\n"
TAIL = "\n;\ncreate table ml.tail as select user_id, count(*) as n from shop.visits where ts > current_date - 7 group by user_id\n"
SEEDS = (
    "with recent as (select * from shop.orders o where o.ordered_at >= date_sub(current_date, interval 30 day)) "
    "select r.user_id, count(distinct case when r.status = 'paid' then r.order_id end) as paid_30d, max(u.country) as country "
    "from recent r left join shop.users u on u.user_id = r.user_id group by 1 having count(*) > 2 order by 2 desc limit 10",
    "select user_id, row_number() over (partition by user_id order by ts desc) as rn, "
    "sum(amount) over (partition by user_id order by ts rows between 6 preceding and current row) as spent "
    "from shop.orders qualify rn = 1",
    "merge into ml.features f using (select user_id, avg(amount) as mean from shop.orders group by user_id) s "
    "on f.user_id = s.user_id when matched then update set mean = s.mean "
    "when not matched then insert (user_id, mean) values (s.user_id, s.mean)",
    "insert into ml.features (user_id, n) select user_id, n from a union all select b.id, b.n::int from b where exists "
    "(select 1 from c where c.id = b.id and c.day between '2024-01-01' and '2024-02-01')",
    "select t.id, f.value:name::string as name from raw.events t, lateral flatten(input => t.items) f where t.x in (1, 2)",
    "select * from (select country, month, amount from sales) pivot (sum(amount) for month in ('jan', 'feb')) as p",
    "update ml.features set n = (select count(*) from shop.visits v where v.user_id = features.user_id) where n is null",
    "create or replace view {{ this }} as select {{ dbt_utils.star(ref('orders')) }}, {{ var('rate') }} * amount as fee "
    "from {{ ref('orders') }} {% if is_incremental() %} where ts > (select max(ts) from {{ this }}) {% endif %}",
    "declare n int; begin if n > 0 then select a into b from c; end if; end",
)
WORDS = sorted({word for seed in SEEDS for word in re.findall(r"\{\{.*?\}\}|\{%.*?%\}|'[^']*'|\w+|\S", seed)})
MARKERS = (
    "{{ x }}",
    "{{",
    "}}",
    "{% if a %}",
    "{% else %}",
    "{% endif %}",
    "{# c #}",
    "${ref('t')}",
    "{p}",
    ":p",
    "%(p)s",
    "@p",
    "?",
    "$1",
)

soups = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)
broken = st.builds(
    lambda seed, edits: _edited(seed, edits),
    st.sampled_from(SEEDS),
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 12), st.sampled_from(["", "(", ")", "'", ",", *WORDS])),
        max_size=4,
    ),
)
templated = st.builds(
    lambda seed, edits: _edited(seed, [(at, 0, f" {marker} ") for at, marker in edits]),
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.integers(0, 400), st.sampled_from(MARKERS)), max_size=5),
)
FUZZ = settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


def _edited(text: str, edits: list[tuple[int, int, str]]) -> str:
    """A text with pieces of it cut out and others put in."""
    for at, length, new in edits:
        start = at % (len(text) + 1)
        text = text[:start] + new + text[start + length :]
    return text


def lineage(found: dict[str, Any], *targets: str) -> list[Any]:
    """What the columns of these tables are made of, without where that stands."""
    return [
        [column["target"], column["name"], column["value"], column["indirect"]]
        for column in found["columns"]
        if column["target"] in targets
    ]


ALONE = lineage(inspect_source(HEAD + TAIL), "ml.head", "ml.tail")


def check(text: str) -> None:
    found = inspect_source(text)
    jsonschema.validate({"schema": "feasilint.inspect/1", "documents": [found]}, SCHEMA)
    assert found == inspect_source(text)
    assert not [
        said
        for said in found["diagnostics"]
        if "internal error" in said["message"] or "could not be lowered" in said["message"]
    ]
    assert scan_files({"any_features.sql": text}).errors == ()


@FUZZ
@given(soups)
def test_words_in_any_order(text: str) -> None:
    check(text)


@FUZZ
@given(broken)
def test_queries_with_holes(text: str) -> None:
    check(text)


@FUZZ
@given(templated)
def test_markers_anywhere(text: str) -> None:
    check(text)


@FUZZ
@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    check(text)


@FUZZ
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    assert scan_files({"any_features.sql": data, "any.ipynb": data, "any.py": data}).errors == ()


@FUZZ
@given(soups.filter(lambda text: "{" not in text and text.count("'") % 2 == 0))
def test_neighbours_of_words_in_any_order(text: str) -> None:
    assert lineage(inspect_source(HEAD + text + TAIL), "ml.head", "ml.tail") == ALONE, text


@pytest.mark.parametrize("cut", range(5, 120, 9))
@pytest.mark.parametrize("seed", [seed for seed in SEEDS if "{" not in seed])
def test_neighbours_of_a_query_that_breaks_off(seed: str, cut: int) -> None:
    assert lineage(inspect_source(HEAD + seed[:cut] + TAIL), "ml.head", "ml.tail") == ALONE


PROGRAM = """
import hashlib, json, sys
from feasilint.api import inspect_source, scan_files
texts = json.load(sys.stdin)
found = [inspect_source(text) for text in texts]
told = [str(f) for f in scan_files({f"f{at}_features.sql": text for at, text in enumerate(texts)}).findings]
print(hashlib.sha256(json.dumps([found, told]).encode()).hexdigest())
"""


def test_hashes_decide_nothing() -> None:
    texts = [*SEEDS, ";\n".join(SEEDS[:4]), *(seed[: len(seed) // 2] for seed in SEEDS), " ".join(WORDS)]
    answers = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM], input=json.dumps(texts), capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2", "31")
    }  # fmt: skip
    assert len(answers) == 1
    assert answers != {hashlib.sha256(b"[[], []]").hexdigest() + "\n"}
