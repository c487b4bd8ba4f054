"""Chains of methods, drawn at random over the columns that there are: what is said holds after every step."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from executed import Case, real, stated, wrong
from test_python_pandas_executed import DATA as PANDAS_DATA
from test_python_pandas_executed import IMPORTS as PANDAS_IMPORTS
from test_python_polars_executed import DATA as POLARS_DATA
from test_python_polars_executed import IMPORTS as POLARS_IMPORTS

if TYPE_CHECKING:
    from collections.abc import Sequence

pytest.importorskip("pandas")
pytest.importorskip("polars")

PANDAS = (
    "df = df[[{a!r}, {b!r}]]",
    "df = df.drop(columns=[{a!r}])",
    "df = df.rename(columns={{{a!r}: 'new_' + {a!r}}})",
    "df[{a!r} + '_2'] = df[{a!r}]",
    "df = df.assign(z=df[{a!r}])",
    "df = df.set_index({a!r})",
    "df = df.reset_index()",
    "df = df.reset_index(drop=True)",
    "df = df.sort_values({a!r}).drop_duplicates({b!r})",
    "df = df.groupby({a!r})[[{b!r}]].max()",
    "df = df.groupby({a!r}, as_index=False)[{b!r}].min()",
    "df = df.groupby({a!r}).agg(top=({b!r}, 'max'), n=({b!r}, 'count'))",
    "df = df.groupby({a!r}).agg({{{b!r}: ['min', 'max']}})",
    "df = df.groupby({a!r})[{b!r}].nunique().reset_index(name='kinds')",
    "df = df.groupby([{a!r}, {b!r}]).size().reset_index(name='rows')",
    "df = df[{a!r}].value_counts().reset_index()",
    "df = df.merge(users, left_on={a!r}, right_on='v')",
    "df = df.merge(df, on={a!r}, suffixes=('', '_r'))",
    "df = df.merge(users, how='cross', suffixes=('_a', '_b'))",
    "df = pd.concat([df, users])",
    "df = pd.concat([df.reset_index(drop=True), users], axis=1)",
    "df = df.melt(id_vars=[{a!r}], value_vars=[{b!r}])",
    "df = df.pivot_table(index={a!r}, columns={b!r}, aggfunc='size')",
    "df = pd.get_dummies(df, columns=[{a!r}])",
    "df = df.filter(regex='^[a-n]')",
    "df = df.add_prefix('p_')",
    "df = df.fillna(0)",
    "df = df.head(2)",
    "df = df.query('index >= 0')",
    "df.insert(0, 'first', 1)",
    "df = df.explode({a!r})",
    "df = df.set_axis([f'c{{i}}' for i in range({n})], axis=1)",
    "df = df.T",
)
POLARS = (
    "df = df.select({a!r}, {b!r})",
    "df = df.select(pl.col({a!r}), pl.col({b!r}).alias('b'))",
    "df = df.drop({a!r})",
    "df = df.rename({{{a!r}: 'new_' + {a!r}}})",
    "df = df.with_columns(pl.col({a!r}).alias('z'))",
    "df = df.with_columns(pl.all().name.suffix('_2'))",
    "df = df.with_columns(cs.numeric().name.prefix('n_'))",
    "df = df.select(cs.all() - cs.by_name({a!r}))",
    "df = df.select(cs.string() | cs.by_name({a!r}))",
    "df = df.select(~cs.temporal())",
    "df = df.group_by({a!r}).agg(pl.col({b!r}).max())",
    "df = df.group_by({a!r}).agg(pl.all().first())",
    "df = df.group_by({a!r}).agg(pl.len(), pl.col({b!r}).n_unique().alias('kinds'))",
    "df = df.group_by({a!r}).agg(cs.numeric().sum().name.suffix('_sum'))",
    "df = df.group_by({a!r}).len()",
    "df = df.group_by({a!r}).max()",
    "df = df.join(users, left_on={a!r}, right_on='v')",
    "df = df.join(users, left_on={a!r}, right_on='v', how='left', suffix='_user')",
    "df = df.join(users, left_on={a!r}, right_on='v', how='full')",
    "df = df.join(df, on={a!r})",
    "df = df.join(users, how='cross')",
    "df = pl.concat([df, users], how='diagonal_relaxed')",
    "df = df.unpivot([{a!r}], index={b!r})",
    "df = df.unpivot([{a!r}], index=[{b!r}], variable_name='what', value_name='how')",
    "df = df.pivot({a!r}, index={b!r}, aggregate_function='len')",
    "df = df.with_row_index()",
    "df = df.select(pl.struct({a!r}, {b!r}).alias('s')).unnest('s')",
    "df = df.with_columns(s=pl.struct({a!r}, {b!r}))",
    "df = df.to_dummies({a!r})",
    "df = df.filter(pl.col({a!r}).is_not_null()).head(2)",
    "df = df.select(pl.col({a!r}).count(), pl.len())",
    "df = df.max()",
    "df = df.sort({a!r}).unique({b!r})",
    "df = df.transpose()",
    "df = df.sql('SELECT * FROM self')",
    "df = df.select(pl.exclude({a!r}))",
)
_USERS = "users = users.rename({}{{'u': 'v', 'n': 'm'}})\n"
"""No column of it is one of the other frame, whose columns may not be known."""
LIBRARIES = {
    "pandas": (PANDAS, PANDAS_IMPORTS, PANDAS_DATA + _USERS.format("columns="), "tx = pd.read_parquet('tx.parquet')\n"),
    "polars": (POLARS, POLARS_IMPORTS, POLARS_DATA + _USERS.format(""), "tx = pl.read_parquet('tx.parquet')\n"),
}
STEPS = 5


def chain(steps: Sequence[str], start: str, seed: int) -> tuple[list[str], list[list[Any] | None]]:
    """Statements that run, and the columns after each."""
    draw = random.Random(seed)
    scope: dict[str, Any] = {}
    exec(start + "df = tx\n", scope)
    lines: list[str] = []
    after: list[list[Any] | None] = []
    for _ in range(STEPS * 4):
        columns = [column for column in scope["df"].columns if isinstance(column, str)]
        if len(columns) < 2 or len(columns) > 30 or len(lines) == STEPS:
            break
        a, b = draw.sample(columns, 2)
        line = draw.choice(steps).format(a=a, b=b, n=len(scope["df"].columns))
        before = dict(scope)
        try:
            exec(line, scope)
            if len(set(scope["df"].columns)) < len(scope["df"].columns):
                raise ValueError("two columns of one name")
            after.append(real("r = df", scope))
            lines.append(line)
        except Exception:
            scope = before
    return lines, after


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("seed", range(60))
def test_chains(library: str, seed: int):
    steps, imports, data, read = LIBRARIES[library]
    lines, after = chain(steps, imports + data, seed)
    for before in (data, data + read):
        for at, there in enumerate(after, 1):
            code = "\n".join(["df = tx", *lines[:at], "r = df"])
            said, _ = stated(imports + before + code)
            assert wrong(Case(code), said, there) is None, code
