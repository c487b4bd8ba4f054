"""Projects of dbt on disk, as they are cloned: without a manifest."""

from __future__ import annotations

import shutil
from pathlib import Path

ARTEFACTS = Path(__file__).parent / "artefacts" / "dbt"

_SETTINGS = """
name: shop
profile: shop
version: "1.0"
vars: {place: raw9, hours: 7, wanted: false}
sources:
  shop:
    staging:
      +freshness: {error_after: {count: 6, period: hour}}
      +meta: {owner: tree, feasilint: {retention: 3y}}
      two: {u: {+enabled: false}}
models:
  shop:
    +meta: {owner: all}
    marts: {+materialized: table, +tags: [nightly], +schema: marts}
snapshots: {shop: {+unique_key: id, +strategy: check, +check_cols: all}}
data_tests: {shop: {marts: {checked: {+where: 1=1}}}}
"""
_SOURCES = """
sources:
  - name: one
    schema: "{{ var('place') }}"
    database: "{{ env_var('DATABASE_OF_NOBODY', 'shop') }}"
    tables:
      - {name: a}
      - {name: b, freshness: null}
      - {name: c, loaded_at_field: at, columns: [{name: id, data_tests: [unique]}]}
      - {name: d, config: {loaded_at_field: null, freshness: {warn_after: {count: 1, period: day}}}}
      - {name: e, config: {meta: {owner: [x, y]}, event_time: happened}}
      - {name: f, config: {enabled: "{{ var('wanted') }}"}}
      - {name: g, columns: [{name: id, data_tests: [{unique: {config: {enabled: false}}}]}]}
  - name: two
    loaded_at_field: at2
    freshness: {warn_after: {count: "{{ var('hours') }}", period: hour}, error_after: {count: 2, period: day}}
    tags: [pii]
    meta: {contains_pii: true}
    config: {tags: [gdpr]}
    tables:
      - {name: t, tags: [sensitive], freshness: {error_after: null}}
      - {name: u}
      - {name: v, freshness: {error_after: {count: 3, period: day}}, config: {freshness: {warn_after: null}}}
      - {name: w, identifier: "{{ var('place') }}_w", data_tests: [{unique: {column_name: id}}]}
"""
_MODELS = """
groups: [{name: g1, owner: {name: Team G, email: g@example.com}}]
models:
  - name: m1
    config: {group: g1, meta: {owner: null}}
    columns: [{name: id, data_tests: [unique, not_null]}, {name: e, config: {meta: {pii: true}, tags: [x]}}]
  - name: m2
    config: {unique_key: [id, day]}
    data_tests: [{unique: {column_name: "a || b"}}]
  - name: m3
    latest_version: 2
    columns: [{name: id}, {name: old}]
    versions:
      - {v: 1, deprecation_date: 2020-01-01}
      - {v: 2, columns: [{include: all, exclude: [old]}, {name: new, data_type: integer}]}
exposures:
  - name: fraud
    type: ml
    url: https://github.com/a/b/blob/main/x.py
    owner: {name: ML, email: ml@example.com}
    depends_on: ["ref('m1')", "ref('m3', v=1)", "source('one', 'a')", "ref('p')"]
"""
RICH = {
    "dbt_project.yml": _SETTINGS,
    "profiles.yml": "shop: {target: prod, outputs: {prod: {type: duckdb, path: shop.duckdb, schema: analytics}}}",
    "models/staging/s.yml": _SOURCES,
    "models/marts/m.yml": _MODELS,
    "models/marts/checked/seen.yml": "models: [{name: seen, columns: [{name: id, data_tests: [unique]}]}]",
    "models/marts/checked/seen.sql": "select 1 as id",
    "models/marts/m1.sql": "select 1 as id, 2 as e",
    "models/marts/m2.sql": """
{{ config(materialized='incremental', incremental_strategy='merge', meta={'schedule': {'cron': '0 */6 * * *'}}) }}
select 1 as id, 2 as day""",
    "models/marts/m3_v1.sql": "select 1 as id, 2 as old",
    "models/marts/m3_v2.sql": "{{ config(enabled=not var('wanted') and var('hours') == 7) }} select 1 as id, 2 as new",
    "models/marts/gone.sql": "{{ config(enabled=var('hours') != 7) }} select 1 as id",
    "models/marts/p.py": """
def model(dbt, session):
    dbt.config(materialized="table", tags=["hourly"], event_time="day")
    return dbt.ref("m1")
""",
    "snapshots/s.sql": """
{% snapshot s_a %}{{ config(target_schema='h') }} select 1 as id{% endsnapshot %}
{% snapshot s_b %}{{ config(unique_key=['a', 'b'], schema='zz') }} select 1 as a, 2 as b{% endsnapshot %}""",
}
"""What may be stated in several places, each of which may beat the others or add to them."""


def shop(target: Path, *, newer: bool) -> Path:
    """The project that the artefacts were made of; those of newer versions with what only these know."""
    for name in ("project", *(("newer",) if newer else ())):
        shutil.copytree(ARTEFACTS / name, target, dirs_exist_ok=True)
    return target


def put(root: Path, files: dict[str, str]) -> Path:
    """A project of these files."""
    for path, text in {"dbt_project.yml": "name: shop\n", **files}.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return root
