"""Chains of methods, drawn at random over the columns that there are: what is said holds after every step."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from executed import Library, real
from test_python_pandas_executed import LIBRARY as OF_PANDAS
from test_python_polars_executed import LIBRARY as OF_POLARS

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
    "df = df.assign(c=df.groupby({a!r})[{b!r}].cumcount())",
    "df = df.assign(t=df.groupby({a!r})[{b!r}].transform('count'))",
    "df = df.groupby({a!r})[[{b!r}]].transform('count')",
    "df = df.groupby({a!r}).describe()",
    "df = df.groupby({a!r})[{b!r}].describe()",
    "df = df.groupby({a!r})[[{b!r}]].agg(['min', 'max'])",
    "df.columns = ['_'.join(c) if isinstance(c, tuple) else c for c in df.columns]",
    "df = df.groupby({a!r})[{b!r}].agg(['min', 'max']).reset_index()",
    "df = df.groupby({a!r}).head(1)",
    "df = df.groupby({a!r}).first()",
    "df = df.groupby({a!r}, as_index=False).first()",
    "df = df.groupby({a!r})[{b!r}].apply(list).reset_index()",
    "df = df.stack().reset_index()",
    "df = df.set_index([{a!r}, {b!r}]).unstack()",
    "df = df.join(users)",
    "df = df.combine_first(users)",
    "df = df.rename_axis('ix')",
    "df = df.rename(columns=lambda c: c + '_l')",
    "df = df.isna()",
    "df = df.apply(lambda c: c.astype(str))",
    "df = df[[c for c in df.columns if c != {a!r}]]",
    "df = df[df.columns.difference([{a!r}])]",
    "df = df.drop(columns=df.columns[0])",
    "df = df.pivot_table(index={a!r}, columns={b!r}, aggfunc='count')",
    "df = df.xs({a!r}, axis=1).to_frame()",
    "df = df.pop({a!r}).to_frame()",
    "df = df[{a!r}].to_frame().join(df[[{b!r}]])",
    "df = pd.concat([df[{a!r}], df[{b!r}]], axis=1)",
    "df = pd.DataFrame({{'p': df[{a!r}], 'q': df[{b!r}]}})",
    "df = df.reindex(columns=[{a!r}, 'fresh'])",
    "df = df[{a!r}].value_counts().rename_axis('val').reset_index(name='cnt')",
    "df = df.agg({{{a!r}: 'max', {b!r}: 'max'}}).to_frame().T",
    "df = pd.crosstab(df[{a!r}], df[{b!r}])",
    "df = df.groupby({a!r}).size().to_frame('size')",
    "df = df.nlargest(1, {a!r})",
    "df = df.where(df.notna(), None)",
    "df = df.eval('k2 = 1')",
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
    "df = df.with_columns(pl.col({a!r}).cum_count().over({b!r}).alias('cc'))",
    "df = df.with_columns(pl.col({a!r}).rank().over({b!r}))",
    "df = df.with_columns(pl.when(pl.col({a!r}).is_null()).then(pl.col({b!r})).otherwise(pl.lit(None)).alias('w'))",
    "df = df.select(pl.when(pl.col({a!r}).is_null()).then(pl.col({b!r})).otherwise(None))",
    "df = df.select(pl.coalesce({a!r}, {b!r}))",
    "df = df.select(pl.concat_str({a!r}, {b!r}))",
    "df = df.select(pl.col({a!r}).cast(pl.String).str.len_chars(), pl.col({b!r}).is_null().name.suffix('_null'))",
    "df = df.select(pl.col({a!r}, {b!r}).name.map(lambda c: c[::-1]))",
    "df = df.select(cs.exclude({a!r}))",
    "df = df.select(cs.by_name({a!r}) | cs.last())",
    "df = df.select(pl.first(), pl.last())",
    "df = df.group_by({a!r}).agg(cs.all().first().name.prefix('f_'))",
    "df = df.group_by({a!r}).having(pl.len() > 0).agg(pl.col({b!r}).first())",
    "df = df.group_by(g=pl.col({a!r})).agg(pl.col({b!r}))",
    "df = df.group_by({a!r}, {b!r}).agg()",
    "df = df.select(pl.col({a!r}).value_counts()).unnest({a!r})",
    "df = df.join(users, how='semi', left_on={a!r}, right_on='v')",
    "df = df.hstack(df.select(pl.all().name.suffix('_h')))",
    "df = df.insert_column(0, pl.Series('ins', [0] * df.height))",
    "df = df.drop(cs.string())",
    "df = df.lazy().select({a!r}).collect()",
    "df = pl.concat([df, users], how='diagonal_relaxed').select({a!r})",
    "df = pl.concat([df.select(pl.col({a!r}).alias('l1')), df.select(pl.col({b!r}).alias('l2'))], how='horizontal')",
    "df = df.with_columns(pl.sql_expr('1 AS one1'))",
    "df = df.select(pl.sql_expr('COUNT(*) AS cnt'))",
    "df = df.select(pl.len().alias('n1'), pl.col({a!r}).n_unique())",
    "df = df.null_count()",
    "df = df.select(pl.col({a!r}).implode()).explode({a!r})",
    "df = df.pivot(on={a!r}, index={b!r}, aggregate_function='first')",
    "df = df.partition_by({a!r})[0]",
    "df = df[[{a!r}, {b!r}]]",
    "df = df.with_columns(**{{'kw': pl.col({a!r})}})",
)
_USERS = "users = users.rename({}{{'u': 'v', 'n': 'm'}})\n"
"""No column of it is one of the other frame, whose columns may not be known."""
LIBRARIES = {
    "pandas": (PANDAS, OF_PANDAS.over(_USERS.format("columns="), "tx = pd.read_parquet('tx.parquet')\n")),
    "polars": (POLARS, OF_POLARS.over(_USERS.format(""), "tx = pl.read_parquet('tx.parquet')\n")),
}
STEPS = 5


def chain(steps: Sequence[str], library: Library, seed: int) -> tuple[list[str], list[list[Any] | None]]:
    """Statements that run, and the columns after each."""
    draw = random.Random(seed)
    scope = library.names()
    scope["df"] = scope["tx"]
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
    steps, start = LIBRARIES[library]
    start.check_chain(*chain(steps, start, seed))
