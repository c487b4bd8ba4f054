"""Makes the artefacts of dbt that the tests of its importer read, with dbt itself in environments of their own.

python scripts/artefacts/dbt.py [FOLDER FOR THE ENVIRONMENTS]
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HOME = Path(__file__).parents[2] / "tests" / "catalog" / "imports" / "artefacts" / "dbt"
VERSIONS = {  # what a version of dbt writes: its folder, the requirements, and whether it knows the newer settings
    "v9": (("dbt-core==1.5.12", "dbt-duckdb==1.5.2"), False),
    "v10": (("dbt-core==1.6.19", "dbt-duckdb==1.6.2"), False),
    "v11": (("dbt-core==1.7.20", "dbt-duckdb==1.7.5"), False),
    "v12": (("dbt-core==1.11.16", "dbt-duckdb==1.11.1"), True),
}
COMMANDS = ("seed", "run", "snapshot", "docs generate", "source freshness")
ARTEFACTS = ("manifest.json", "catalog.json", "sources.json")
DROPPED = ("macros", "docs", "parent_map", "child_map", "selectors")  # of no use to the importer, and large
PERSONAL = ("user_id", "invocation_id", "project_id", "send_anonymous_usage_stats")

_TABLES = """
import duckdb
base = duckdb.connect("shop.duckdb")
base.execute("create schema raw")
base.execute('''create table raw.tx as
    select i::integer as tx_id, (i % 7)::integer as customer_id, '4000' as card_number, i * 1.5 as amount,
    false as chargeback, now()::timestamp - interval 5 hour as _loaded_at from range(100) t(i)''')
base.execute("create table raw.refunds as select 1 as tx_id, now()::timestamp - interval 20 minute as _loaded_at")
base.execute("create table raw.merchants as select 'Shop' as name, now() as updated_at, now() as created_at")
base.execute("create table raw.contacts as select 1 as contact_id")
base.execute('''create table raw.clicks as select 1 as click_id, 'a@example.com' as email, 'home' as page,
    now()::timestamp - interval 26 hour as happened_at, now()::timestamp - interval 25 hour as received_at''')
base.execute("create table raw.pages as select 'home' as page, now()::timestamp as changed_at")
"""
_RUN = """
import sys
from dbt.cli.main import dbtRunner
for command in sys.argv[1:]:
    dbtRunner().invoke([*command.split(), "--quiet", "--no-use-colors"])
"""


def main() -> int:
    environments = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
    lines = []
    for version, (requirements, newer) in VERSIONS.items():
        python = _environment(environments / version, requirements)
        with tempfile.TemporaryDirectory() as folder:
            project = Path(folder) / "shop"
            shutil.copytree(HOME / "project", project)
            if newer:
                shutil.copytree(HOME / "newer", project, dirs_exist_ok=True)
            _run(python, "-c", _TABLES, cwd=project)
            _run(python, "-c", _RUN, *COMMANDS, cwd=project)
            for name in ARTEFACTS:
                _clean(project / "target" / name, HOME / version / name, str(project))
        lines.append(f"{version}: {' '.join(requirements)}\n")
    (HOME / "VERSIONS").write_text("".join(lines), encoding="utf-8")
    return 0


def _environment(folder: Path, requirements: tuple[str, ...]) -> Path:
    python = folder / "bin" / "python"
    if not python.is_file():
        _run(Path(sys.executable), "-m", "venv", str(folder))
        _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements)
    return python


def _clean(made: Path, target: Path, project: str) -> None:
    """What the importer may look at, without the folders and identifiers of whoever made it."""
    data = json.loads(made.read_text(encoding="utf-8").replace(project, "/shop"))
    for key in DROPPED:
        data.pop(key, None)
    for key in PERSONAL:
        data["metadata"].pop(key, None)
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")


def _run(python: Path, *arguments: str, cwd: Path | None = None) -> None:
    quiet = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_PROFILES_DIR": str(cwd or "")}
    subprocess.run([str(python), *arguments], cwd=cwd, env=quiet, check=True)  # noqa: S603 - what is written above


if __name__ == "__main__":
    raise SystemExit(main())
