"""Things that are known by their place: items of lists with gaps, columns that are renamed by position, cells of loops."""

from __future__ import annotations

from python_lowering import PANDAS, columns, frame, origins, run, sources


def made(code: str) -> list[str]:
    return sorted(
        f"{name}: {', '.join(sorted(origins(df, name)))}" for df in [frame(PANDAS + code)] for name in _names(df)
    )


def _names(relation: object) -> list[str]:
    return [name for name in columns(relation) if name != "*"]  # type: ignore[arg-type]


def test_nothing_is_guessed_of_places_within_a_gap():
    code = "df = tx.rename(columns={'a': 'b'})\ndf.columns = ['x', 'y', 'z']\n"
    assert made(code) == ["x: tx.csv.x", "y: tx.csv.y", "z: tx.csv.z"]


def test_names_by_position_count_from_both_ends_of_what_is_not_known():
    code = (
        "a = tx.groupby('u')['x'].sum().reset_index()\n"
        "b = tx.groupby(['u', 'kind']).size().unstack().reset_index()\n"
        "c = tx.groupby('u')['y'].max().reset_index()\n"
        "df = a.merge(b, on='u').merge(c, on='u')\n"
        "df.columns = ['user', 'total', 'n_1', 'n_2', 'top']\n"
    )
    known = [line for line in made(code) if not line.startswith("n_")]
    assert known == ["top: tx.csv.y", "total: tx.csv.x", "user: tx.csv.u"]


def test_a_list_over_a_column_is_a_column_of_it():
    assert made("df = tx[['u', 'page']]\ndf['hit'] = [1 if p == 'x' else 0 for p in df['page']]\n") == [
        "hit: tx.csv.page",
        "page: tx.csv.page",
        "u: tx.csv.u",
    ]


def test_a_constant_list_comes_from_nowhere():
    assert made("df = tx[['u']]\ndf['one'] = [1 for _ in range(3)]\n") == ["one: ", "u: tx.csv.u"]


def test_known_items_keep_their_place_beside_unknown_ones():
    code = (
        "import pandas as pd\nkey = '/'.join(where.split('/')[3:] + ['full.csv'])\ndf = pd.read_csv('s3://b/' + key)\n"
    )
    assert sources(run(code)) == ["s3://b/{…}/full.csv"]


def test_unknown_names_beside_known_ones_stand_for_all_columns():
    assert columns(frame(PANDAS + "df = tx[chosen + ['a']]\n")) == ["*"]
