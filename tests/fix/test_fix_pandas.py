"""Bounds in pandas code, made in place: what may not change, first; then what changes, run on data."""

from __future__ import annotations

from datetime import datetime, timedelta
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import fixing
import numpy as np
import pandas as pd
import pytest
from fixing import COLUMNS, HEADS, NOW, ROWS, USERS, assert_left_alone, expected, fixed, obstacles, written

from feasilint.testing import notebook

if TYPE_CHECKING:
    from pathlib import Path

NO_MOMENT = "no time of prediction to bound it by"
FORM = "its code is written in a form that is not changed in place"
PAST = "past = tx.merge(spine, on='user_id')\n"
SUMMED = "users = past.groupby('user_id', as_index=False).agg(spend=('amount', 'sum'))\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def result(folder: Path, **more: Any) -> dict[Any, Any]:
    tx = pd.DataFrame(ROWS, columns=COLUMNS)
    spine = pd.DataFrame({"user_id": list(USERS), "as_of": list(USERS.values())})
    users = fixing.run(folder, tx=tx, spine=spine, pd=pd, **more)["users"]
    return dict(zip(users["user_id"], users["spend"], strict=True))


def lines(folder: Path, name: str = "train.py") -> str:
    return (folder / name).read_text(encoding="utf-8")


# --- what is left alone ---


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (f"past = tx\n{SUMMED}", NO_MOMENT),
        (f"past = tx[tx.ts < tx.delivered_at]\n{SUMMED}", NO_MOMENT),
        (f"past = tx[tx.ts < pd.Timestamp('2024-01-01')]\n{SUMMED}", NO_MOMENT),
        (f"past = tx[tx.ts < pd.Timestamp.now()]\n{SUMMED}", NO_MOMENT),
        (f"last_day = pd.Timestamp('2024-01-01')\npast = tx[tx.ts < last_day]\n{SUMMED}", NO_MOMENT),
        (f"{PAST}past = past[past.ts > past.as_of]\n{SUMMED}", NO_MOMENT),
        (f"{PAST}past = past[(past.ts < past.as_of) | past.amount.isna()]\n{SUMMED}", NO_MOMENT),
        (f"{PAST}past = past.query('ts < as_of')\n{SUMMED}", FORM),
        (f"{PAST}past = past[~(past.ts >= past.as_of)]\n{SUMMED}", FORM),
        (
            f"as_of = '2024-01-01'\npast = tx[tx.ts < as_of]\n{SUMMED}",
            "its time of prediction is a text, of which no length of time can be taken off",
        ),
        (
            f"{PAST}known = past.ts < past.as_of\npast, later = past[known], past[~known]\n{SUMMED}",
            FORM,
        ),
        (
            f"{PAST}past = past[past.ts < past.as_of]\n{SUMMED}spine = past.drop(columns='amount')\n",
            "its condition on time also decides which rows a model or a table gets",
        ),
        (
            f"{PAST}users = past[past.ts < past.as_of]\nusers['spend'] = users.groupby('user_id').amount.transform('sum')\n",
            "it gives a value to each of the rows that would be left out",
        ),
    ],
)
def test_what_is_not_changed_and_why(folder: Path, code: str, reason: str) -> None:
    assert_left_alone(folder, "pandas", code, reason)


_READ = """
tx = read_sql("select * from payments.transactions", con)
spine = read_sql("select user_id, as_of, label from ml.spine", con)
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("", "import pandas as pd"),  # too late
        ("def other():\n    import pandas as pd", ""),
        ("import pandas as pd\npd = wrapped(pd)", ""),
        ("import pandas as pd\ndef pd():\n    pass", ""),
        ("import datetime\nfor datetime in days:\n    pass", ""),
        ("from pandas import *", ""),
    ],
)
def test_names_that_the_file_does_not_bind_are_not_used(folder: Path, before: str, after: str) -> None:
    code = f"{PAST}past = past[past.ts < past.as_of]\n{SUMMED}{after}"
    text = written("pandas", code, head=f"from pandas import read_sql\n{before}{_READ}")
    found = fixed(folder, text)
    assert any(finding.code == "AGG301" for finding in found.result.findings)
    assert obstacles(found) == {"neither pandas nor timedelta is imported under a name before it"}
    assert lines(folder) == text


# --- what is changed ---


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "past = past[past.ts < past.as_of]",
            "past = past[(past.ts < past.as_of) & (past.ts >= past.as_of - pd.Timedelta(days=365))]",
        ),
        (
            'past = past.loc[(past["amount"] >= 0) & (past["ts"] < past["as_of"]), :]  # known by then',
            'past = past.loc[(past["amount"] >= 0) & (past["ts"] < past["as_of"]) & (past["ts"] >= past["as_of"] -'
            " pd.Timedelta(days=365)), :]  # known by then",
        ),
        (
            "known = (past.amount >= 0) & (past.ts < past.as_of)\npast = past[known & past.amount.notna()]",
            "known = (past.amount >= 0) & (past.ts < past.as_of) & (past.ts >= past.as_of - pd.Timedelta(days=365))"
            "\npast = past[known & past.amount.notna()]",
        ),
        (
            "now = 'as_of'\npast = past.loc[lambda rows: rows['ts'] < rows[now]]",
            "now = 'as_of'\npast = past.loc[lambda rows: (rows['ts'] < rows[now]) & (rows['ts'] >= rows[now] - pd.Timedelta(days=365))]",
        ),
        (
            "past = past[past.as_of.gt(past.ts) & past.amount.notna()]",
            "past = past[past.as_of.gt(past.ts) & (past.ts >= past.as_of - pd.Timedelta(days=365)) & past.amount.notna()]",
        ),
        (
            "past = past[past.amount.notna() & past['ts'].lt(past['as_of'])]",
            "past = past[past.amount.notna() & past['ts'].lt(past['as_of']) & (past['ts'] >= past['as_of'] - pd.Timedelta(days=365))]",
        ),
        (
            "past = past[\n    (past.amount >= 0)  # all\n    & (\n        past.ts < past.as_of\n    )\n]",
            "past = past[\n    (past.amount >= 0)  # all\n    & (\n        past.ts < past.as_of) & (past.ts >= past.as_of -"
            " pd.Timedelta(days=365)\n    )\n]",
        ),
    ],
)
def test_a_condition_gets_another_beside_it(folder: Path, before: str, after: str) -> None:
    text = written("pandas", f"{PAST}{before}\n{SUMMED}")
    found = fixed(folder, text)
    assert lines(folder) == text.replace(before, after)
    assert [finding.code for finding in found.fixed] == ["AGG301"]
    assert result(folder) == expected()
    assert not fixed(folder, lines(folder)).contents


def test_before_it_all_history_was_summed_up(folder: Path) -> None:
    text = written("pandas", f"{PAST}past = past[past.ts < past.as_of]\n{SUMMED}")
    (folder / "train.py").write_text(text)
    assert result(folder) == expected(None)
    assert expected(None) != expected()


def test_a_window_that_ends_some_days_before_begins_as_many_before(folder: Path) -> None:
    fixed(folder, written("pandas", f"{PAST}past = past[past.ts < past.as_of - pd.Timedelta(days=1)]\n{SUMMED}"))
    week, year = timedelta(days=1), timedelta(days=366)
    found: dict[int, float] = {}
    for user, amount, ts, _ in ROWS:
        if USERS[user] - year <= ts < USERS[user] - week:
            found[user] = found.get(user, 0.0) + amount
    assert result(folder) == found


def test_a_variable_of_the_time_of_prediction(folder: Path) -> None:
    code = f"as_of = pd.Timestamp('2024-06-01')\npast = tx[tx.ts < as_of]\n{SUMMED}"
    fixed(folder, written("pandas", code))
    assert "past = tx[(tx.ts < as_of) & (tx.ts >= as_of - pd.Timedelta(days=365))]\n" in lines(folder)
    found: dict[int, float] = {}
    for user, amount, ts, _ in ROWS:
        if NOW - timedelta(days=365) <= ts < NOW:
            found[user] = found.get(user, 0.0) + amount
    assert result(folder) == found


def test_in_a_function_that_is_called_with_a_time(folder: Path) -> None:
    code = f"""
def features(tx, cutoff):
    past = tx[tx.ts < cutoff]
    {SUMMED}    return users
users = features(tx, datetime(2024, 6, 1))
"""
    head = HEADS["pandas"].replace("import numpy as np", "from datetime import datetime")
    fixed(folder, written("pandas", code, head=head))
    assert "    past = tx[(tx.ts < cutoff) & (tx.ts >= cutoff - pd.Timedelta(days=365))]\n" in lines(folder)
    assert set(result(folder, datetime=datetime)) == {1, 2, 3}


def test_timedelta_where_pandas_has_no_name(folder: Path) -> None:
    head = f"from datetime import timedelta\nfrom pandas import read_sql{_READ}"
    fixed(folder, written("pandas", f"{PAST}past = past[past.ts < past.as_of]\n{SUMMED}", head=head))
    assert "(past.ts >= past.as_of - timedelta(days=365))]\n" in lines(folder)
    assert result(folder, timedelta=timedelta) == expected()


@pytest.mark.parametrize(
    "counted", ["np.where(past.ts < past.as_of, past.amount, 0)", "past.amount.where(past.ts < past.as_of, 0)"]
)
def test_a_condition_on_which_a_row_counts(folder: Path, counted: str) -> None:
    fixed(folder, written("pandas", f"{PAST}past['amount'] = {counted}\n{SUMMED}"))
    bound = "(past.ts < past.as_of) & (past.ts >= past.as_of - pd.Timedelta(days=365))"
    assert counted.replace("past.ts < past.as_of", bound) in lines(folder)
    assert {user: spend for user, spend in result(folder, np=np).items() if spend} == expected()


def test_beside_another_library(folder: Path) -> None:
    head = f"from pyspark.sql import functions as F\n{dedent(HEADS['pandas'])}"
    fixed(folder, written("pandas", f"{PAST}past = past[past.ts < past.as_of]\n{SUMMED}", head=head))
    assert "(past.ts >= past.as_of - pd.Timedelta(days=365))]\n" in lines(folder)


def test_a_table_that_is_joined_to_itself(folder: Path) -> None:
    code = """
    pairs = tx.merge(tx, on="user_id", suffixes=("", "_past"))
    past = pairs[pairs.ts_past < pairs.ts]
    users = past.groupby(["user_id", "ts"], as_index=False).agg(spend=("amount_past", "sum"))
    """
    fixed(folder, written("pandas", code))
    assert "past = pairs[(pairs.ts_past < pairs.ts) & (pairs.ts_past >= pairs.ts - pd.Timedelta(days=365))]" in lines(
        folder
    )
    tx = pd.DataFrame(ROWS, columns=COLUMNS)
    users = fixing.run(folder, tx=tx, pd=pd)["users"]
    for row in users.itertuples():
        low = row.ts - timedelta(days=365)
        assert row.spend == sum(amount for user, amount, ts, _ in ROWS if user == row.user_id and low <= ts < row.ts)


def test_a_cell_of_a_notebook_with_magics(folder: Path) -> None:
    cells = [
        dedent(HEADS["pandas"]),
        f"%matplotlib inline\n{PAST}!ls\nübrig = 'ß'; past = past[past.ts < past.as_of]\n{SUMMED}%time print(past)",
        "from xgboost import XGBClassifier\ndf = spine.merge(users, on='user_id', how='left')\nXGBClassifier().fit(df[['spend']], df['label'])",
    ]
    text = notebook("\n# %%\n".join(cells))
    fixed(folder, text, name="train.ipynb")
    bound = " & (past.ts >= past.as_of - pd.Timedelta(days=365))"
    assert lines(folder, "train.ipynb") == text.replace(
        "past[past.ts < past.as_of]", f"past[(past.ts < past.as_of){bound}]"
    )


def test_a_date_that_all_history_begins_with_stays(folder: Path) -> None:
    code = f"{PAST}past = past[(past.ts >= pd.Timestamp('2019-01-01')) & (past.ts < past.as_of)]\n{SUMMED}"
    found = fixed(folder, written("pandas", code))
    assert [finding.code for finding in found.fixed] == ["AGG302"]
    assert "& (past.ts < past.as_of) & (past.ts >= past.as_of - pd.Timedelta(days=365))]" in lines(folder)
    assert result(folder) == expected()


def test_two_features_of_one_condition_are_one_fix(folder: Path) -> None:
    code = f"{PAST}past = past[past.ts < past.as_of]\n" + SUMMED.replace("))", "), n=('amount', 'count'))")
    text = written("pandas", code).replace('[["spend"]]', '[["spend", "n"]]')
    found = fixed(folder, text)
    assert len(found.fixed) == 2
    assert lines(folder).count("pd.Timedelta(days=365)") == 1
