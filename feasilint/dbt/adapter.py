"""Which warehouse a project is for."""

from __future__ import annotations

import posixpath
from collections import Counter
from typing import TYPE_CHECKING

from feasilint.dbt.naming import PRODUCTION, named_adapter
from feasilint.dbt.plain import mapping, text
from feasilint.dbt.values import resolved

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.dbt.configs import Config
    from feasilint.dbt.files import Files
    from feasilint.dbt.settings import Settings

_TELLTALE: dict[str, str] = {  # settings that only one adapter has
    "snowflake_warehouse": "snowflake", "transient": "snowflake", "copy_grants": "snowflake", "query_tag": "snowflake",
    "automatic_clustering": "snowflake", "target_lag": "snowflake",
    "require_partition_filter": "bigquery", "partition_expiration_days": "bigquery", "hours_to_expiration": "bigquery",
    "kms_key_name": "bigquery", "dataset": "bigquery",
    "dist": "redshift", "sort": "redshift", "sort_type": "redshift", "bind": "redshift",
    "file_format": "databricks", "tblproperties": "databricks", "liquid_clustered_by": "databricks",
    "s3_data_dir": "athena", "table_properties": "athena",
    "as_columnstore": "sqlserver",
}  # fmt: skip


_FOLDERS = ("", "profile", "profiles", "ci", "integration_tests", "integration_tests/ci")
"""Where projects keep a profiles.yml; the user's own is never looked at."""


def profile_adapter(files: Files, settings: Settings) -> str | None:
    """The adapter of the target in the first profiles.yml of the project that has its profile, or only one."""
    paths = (posixpath.join(files.root, folder, "profiles.yml") for folder in _FOLDERS)
    found = (_adapter(mapping(files.yaml(path)), settings) for path in paths)
    return next((adapter for adapter in found if adapter is not None), None)


_PLACES = {"schema": ("schema", "dataset"), "dataset": ("schema", "dataset"), "database": ("database", "project", "catalog"),
           "project": ("database", "project"), "catalog": ("catalog",)}  # fmt: skip


def production(files: Files, settings: Settings) -> dict[str, str]:
    """The schema and the database that the profiles.yml of the project states for production, under every name that dbt gives
    them; none if it states no such target, or leaves them to the environment."""
    paths = (posixpath.join(files.root, folder, "profiles.yml") for folder in _FOLDERS)
    outputs = (mapping(_profile(mapping(files.yaml(path)), settings).get("outputs")) for path in paths)
    found = next((mapping(one[name]) for one in outputs for name in PRODUCTION if name in one), {})
    stated = {
        name: text(resolved(next((found[key] for key in keys if key in found), None), {}))
        for name, keys in _PLACES.items()
    }
    return {name: value for name, value in stated.items() if value}


def _profile(profiles: Config, settings: Settings) -> Config:
    named = [mapping(one) for name, one in profiles.items() if name != "config"]
    return mapping(profiles.get(settings.profile or "", named[0] if len(named) == 1 else None))


def _adapter(profiles: Config, settings: Settings) -> str | None:
    profile = _profile(profiles, settings)
    outputs = mapping(profile.get("outputs"))
    target = text(resolved(profile.get("target"), {}))
    chosen = [outputs[target or "default"]] if (target or "default") in outputs else list(outputs.values())
    types = {text(resolved(mapping(output).get("type"), {})) for output in chosen}
    return types.pop() if len(types) == 1 else None


def adapter_of_settings(settings: Settings) -> str | None:
    """The adapter that the settings of the folders are meant for, if they are all meant for one, or the profile's name."""
    found = {_TELLTALE[key] for key in _keys(settings.trees) if key in _TELLTALE}
    return found.pop() if len(found) == 1 else named_adapter(settings.profile)


_USUAL = (
    "snowflake",
    "bigquery",
    "databricks",
    "redshift",
    "postgres",
    "spark",
    "duckdb",
    "athena",
    "trino",
    "sqlserver",
    "fabric",
)


def best_supported(macros: Iterable[str]) -> str | None:
    """The adapter for which most of these macros are variants: a project for several warehouses makes the same columns of the
    same tables on each, so that one has to be chosen to read its templates at all."""
    found = Counter(name.partition("__")[0] for name in macros if "__" in name)
    best = max((found[adapter] for adapter in _USUAL), default=0)
    return next((adapter for adapter in _USUAL if best and found[adapter] == best), None)


def _keys(tree: object) -> Iterator[str]:
    """The keys of a tree of folders; what aliases repeat is looked at once."""
    pending, seen = [tree], set[int]()
    while pending:
        branch = pending.pop()
        if id(branch) not in seen:
            seen.add(id(branch))
            yield from (key.removeprefix("+").strip() for key in mapping(branch))
            pending.extend(mapping(branch).values())
