"""Sources without a name and steps that could not be read: said once per place, and only of what features depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from feasilint_rules.opaque_step import OpaqueStep
from feasilint_rules.unresolved_source import UnresolvedSource
from rule_subjects import at, entry, feature, judge, read

from feasilint.api import scan, scan_files
from feasilint.findings import Severity
from feasilint.ir import Source
from feasilint.rule import Unread

if TYPE_CHECKING:
    from pathlib import Path

DYNAMIC = Source("shop.{table}", "table")
FIT = "\nfrom sklearn.linear_model import LogisticRegression\nLogisticRegression().fit(df[['a', 'b']], df['y'])\n"
READ = "import pandas as pd\nfrom shop_features import change\ndf = pd.read_parquet('orders.parquet')\n"


def told(code: str, files: dict[str, str]) -> list[str]:
    return [finding.message for finding in scan_files(files).findings if finding.code == code]


@pytest.mark.parametrize("known", [entry(), None])
def test_sources_with_a_name_are_resolved(known: object) -> None:
    assert judge(UnresolvedSource(), feature(read(known))) == []  # type: ignore[arg-type]


def test_a_pattern_of_the_catalog_is_a_name() -> None:
    assert judge(UnresolvedSource(), feature(read(entry("shop.*"), source=DYNAMIC))) == []


@pytest.mark.parametrize(
    ("name", "flagged"),
    [
        ("{schema}.orders", 0),
        ("{project}.{schema}.orders", 0),
        ("s3://{os.environ['BUCKET']}/shop/orders.parquet", 0),
        ("gs://{bucket}/orders/train*.csv", 0),
        ("s3://{bucket}/orders/*.parquet", 0),
        ("{folder}/orders/", 0),
        ("shop.orders_{UUID}", 0),
        ("data/{any file}", 0),
        ("{folder}/{any file}", 1),
        ("{any file}", 1),
        ("{os.environ['AIP_TRAINING_DATA_URI']}", 0),
        ("{artifact dataset}", 0),
        ("{inserted df_data_1}", 0),
        ("{project}.shop.orders-{strftime('%d-%H', gmtime())}", 0),
        ("{path}", 1),
        ("shop.{uuid}", 1),
        ("shop.orders_{run}", 0),
        ("shop.o_{run}", 1),
        ("shop.{run}_orders", 1),
        ("s3://lake/{name}.parquet", 1),
        ("s3://lake/{name}/*.parquet", 1),
    ],
)
def test_without_a_catalog_only_the_own_name_of_a_source_counts(name: str, flagged: int) -> None:
    found = judge(UnresolvedSource(), feature(read(source=Source(name, "file" if "/" in name else "table"))))
    assert len(found) == flagged


@pytest.mark.parametrize(("table", "flagged"), [("shop.orders_copy", 0), ("ml.user_features", 1)])
def test_without_a_catalog_only_what_is_called_features_counts(table: str, flagged: int) -> None:
    code = f"""
import os
df = spark.read.table(os.environ["ORDERS"])
df.write.saveAsTable("{table}")
"""
    assert len(told("FEA002", {"features.py": code})) == flagged


def test_a_catalog_wants_to_know_all_of_a_name() -> None:
    code = "import os\nimport pandas as pd\ndf = pd.read_parquet(f'{os.environ[\"LAKE\"]}/orders.parquet')\n" + FIT
    found = scan_files({"train.py": code}, "version: 1\nsources:\n  - {name: shop.orders, availability: production}\n")
    assert [finding.code for finding in found.findings] == ["FEA002"]


def test_a_dynamic_name_is_information() -> None:
    (found,) = judge(UnresolvedSource(), feature(read(source=DYNAMIC), read(source=DYNAMIC, column="ts")))
    assert "`shop.{table}`" in found.message
    assert (found.severity, found.place) == (Severity.INFO, at(3))


def test_a_dynamic_name_is_told_once_for_all_features() -> None:
    code = "import os\nimport pandas as pd\ndf = pd.read_parquet(os.environ['ORDERS'])\n" + FIT
    assert told("FEA002", {"train.py": code}) == [
        "feature `a` (also `b`) reads `{os.environ['ORDERS']}`, whose name the scanned code does not tell"
    ]


@pytest.mark.parametrize(
    "step",
    ["", "df['a'] = df.a + 1", "seen = change(df)", "df['y'] = change(df)", "df['a'] = change(df.a)"],
    ids=["no step", "arithmetic", "not a feature", "the label", "its inputs are known by name"],
)
def test_steps_that_no_feature_passes_unread(step: str) -> None:
    assert told("FEA004", {"train.py": READ + step + FIT}) == []


@pytest.mark.parametrize(
    "step",
    [
        "df['a'] = LogisticRegression().fit(df[['c']], df.y).predict(df[['c']])",
        "df['a'] = LogisticRegression().fit(df[['c']], df.y).predict_proba(df[['c']])[:, 1]",
        "df['a'] = change('model.pkl').best_estimator_.predict(df[['c']])",
        "df.loc[:, ['a', 'b']] = StandardScaler().fit_transform(df[['a', 'b']])",
        "df['a'] = OrdinalEncoder().fit_transform(df)",
        "df['a'] = np.random.rand(len(df))",
        "class Own:\n    def fit(self, X, y):\n        LogisticRegression().fit(X, y)\n",
    ],
    ids=[
        "a prediction",
        "a probability",
        "of any model",
        "scaled in place",
        "encoded",
        "drawn",
        "a parameter that nothing here gives",
    ],
)
def test_what_models_and_the_code_make_is_no_unread_step(step: str) -> None:
    imports = (
        "import numpy as np\nfrom sklearn.linear_model import LogisticRegression\n"
        "from sklearn.preprocessing import OrdinalEncoder, StandardScaler\n"
    )
    assert told("FEA004", {"train.py": READ + imports + step + FIT}) == []


@pytest.mark.parametrize(
    ("module", "flagged"),
    [
        ("chembl_webresource_client", 0),
        ("sparknlp_jsl", 0),
        ("skmultilearn.model_selection", 0),
        ("preprocessing", 1),
        ("src.build", 1),
        ("churnUtils", 1),
        ("lab3", 1),
    ],
)
def test_what_is_not_there_is_code_of_the_project_where_it_has_such_a_name(module: str, flagged: int) -> None:
    code = f"import pandas as pd\nfrom {module} import change\ndf = pd.read_parquet('orders.parquet')\ndf = change(df)"
    assert len(told("FEA004", {"train.py": code + FIT})) == flagged


def test_a_method_of_spark_that_no_table_knows_is_none_of_the_project() -> None:
    code = (
        "from pyspark.ml.linalg import Vectors\nfrom pyspark.ml.regression import LinearRegression\ndf = spark.read.csv('a.csv')\n"
        "rows = df.rdd.map(lambda r: [Vectors.dense(r[:-1]), r[-1]]).toDF(['features', 'label'])\nLinearRegression().fit(rows)"
    )
    found = scan_files({"train.py": code})
    assert (found.features, found.findings) == (1, ())


def test_what_lies_in_the_project_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fraud").mkdir()
    (tmp_path / "train.py").write_text(READ.replace("shop_features", "fraud.risk") + "df = change(df)" + FIT)
    monkeypatch.chdir(tmp_path)
    assert [one.code for one in scan(["train.py"], root=".").findings] == ["FEA004"]


def test_a_prediction_of_what_could_not_be_read_is_one() -> None:
    model = "from sklearn.svm import SVC\nother = change(df)\ndf['a'] = SVC().fit(df[['c']], df.y).predict(other)"
    (message,) = told("FEA004", {"train.py": READ + model + FIT})
    assert message == "feature `a` passes through a step that could not be read: change()"


@pytest.mark.parametrize(
    "step",
    [
        "df = pd.DataFrame([row for row in df.values])",
        "df['a'] = pd.Series(1, index=df.index)",
        "df.loc[df.b.isna(), 'a'] = df.groupby('k').median()",
        "df = pd.DataFrame(np.dot(df.values, df.values), columns=['a', 'b', 'y'])",
        "df['a'] = torch.nn.Linear(1, 1)(df.values)",
        "df['a'] = SVC().unheard_of(df)",
        "class Net(torch.nn.Module):\n    pass\ndf['a'] = Net().unheard_of(df)",
    ],
    ids=["rows one by one", "a constant", "a measure of all columns", "a product", "a layer", "a method of a model",
         "a method of a base class"],
)  # fmt: skip
def test_what_is_only_roughly_known_is_no_unread_step(step: str) -> None:
    imports = "import numpy as np\nimport torch\nfrom sklearn.svm import SVC\n"
    assert told("FEA004", {"train.py": READ + imports + step + FIT}) == []


@pytest.mark.parametrize(
    ("stars", "flagged"),
    [
        ("from fastai.structured import *", 0),
        ("from helpers import *", 1),
        ("from fastai.structured import *\nfrom helpers import *", 1),
    ],
)
def test_a_name_of_nothing_is_a_librarys_where_all_names_come_from_libraries(stars: str, flagged: int) -> None:
    code = "import pandas as pd\n" + stars + "\ndf = pd.read_parquet('orders.parquet')\ndf = proc_df(df)" + FIT
    assert len(told("FEA004", {"train.py": code})) == flagged


@pytest.mark.parametrize(
    ("step", "text"),
    [
        ("df, rest = change(df)", "change()"),
        ("df = change('orders')['train']", "change()"),
        ("df = prepared.dropna()", "`prepared`, which nothing here defines"),
    ],
    ids=["one of several", "a part of it", "a name of nothing"],
)
def test_what_is_told_is_the_call_or_the_name_that_is_missing(step: str, text: str) -> None:
    (message,) = told("FEA004", {"train.py": READ + step + FIT})
    assert message == f"feature `a` (also `b`) passes through a step that could not be read: {text}"


@pytest.mark.parametrize(
    ("step", "features"),
    [("df = change(df)", "`a` (also `b`)"), ("df['a'] = change(df)", "`a`")],
)
def test_a_step_that_could_not_be_read_is_told_once(step: str, features: str) -> None:
    assert told("FEA004", {"train.py": READ + step + FIT}) == [
        f"feature {features} passes through a step that could not be read: change()"
    ]


def test_unread_steps_stand_where_they_are_or_where_the_feature_is_used() -> None:
    subject = feature(unread=(Unread(at(4), "f()"), Unread(None, "g()")))
    assert [found.place for found in judge(OpaqueStep(), subject)] == [at(4), subject.sink]


@pytest.mark.parametrize(
    ("step", "call", "help_"),
    [
        ("df = change(df)", "change(df)", "scan it together"),
        ("df = tsfresh.extract_features(df)", "tsfresh.extract_features(df)", "call of tsfresh"),
        ("df['a'] = talib.HT_SINE(df)", "talib.HT_SINE(df)", "call of talib"),
        ("df['a'] = change(df)", "change(df)", "scan it together"),
        ("df = change('orders').replace({'a': 1}).dropna()", "change('orders')", "scan it together"),
        ("df = change('orders').tidy().dropna()", "change('orders')", "scan it together"),
    ],
)
def test_an_unread_call_is_shown_itself_and_helped_with_what_it_is(step: str, call: str, help_: str) -> None:
    code = "import talib, tsfresh\n" + READ + step + FIT
    (found,) = [finding for finding in scan_files({"train.py": code}).findings if finding.code == "FEA004"]
    span = found.place.span
    assert span is not None
    assert (span.line, code.splitlines()[span.line - 1][span.column - 1 :].startswith(call)) == (5, True)
    assert help_ in (found.help or "")


def test_a_macro_that_makes_a_query_is_a_step_of_its_own() -> None:
    text = "create table ml.features as select user_id, amount from {{ pivoted(ref('orders')) }} as p"
    (message,) = told("FEA004", {"features.sql": text})
    assert "pivoted(ref('orders'))" in message


def test_ignore_comments_silence_them() -> None:
    code = READ + "df = change(df)" + FIT.replace("df['y'])", "df['y'])  # feasilint: ignore[FEA004] reviewed there")
    assert told("FEA004", {"train.py": code}) == []


def test_columns_beyond_the_widest_table_are_told() -> None:
    columns = ", ".join(f"c{at}" for at in range(2100))
    (message,) = told("FEA005", {"features.sql": f"create table ml.features as select {columns} from shop.orders"})
    assert message == "only the first 2,000 of 2,100 columns are judged"


@pytest.mark.parametrize(
    ("columns", "step", "flagged"),
    [
        (", columns=['a1', 'a2', 'bought']", "pd.lreshape(df, {'amount': ['a1', 'a2']})", 0),
        ("", "pd.lreshape(df, {'amount': ['a1', 'a2']})", 0),
        ("", "df.compare(df)", 0),
        ("", "df.groupby('k').unheard_of()", 0),
        ("", "pd.lreshape(enrich(df), {'amount': ['a1', 'a2']})", 1),
        ("", "enrich(df).unheard_of()", 1),
        (", columns=['a1', 'a2', 'bought']", "enrich(df)", 1),
    ],
    ids=[
        "a library's step of known columns",
        "of a table that may have any",
        "a method",
        "of groups",
        "behind it is code of the project",
        "a method of what the project gives",
        "code of the project may do anything",
    ],
)
def test_a_step_of_a_library_hides_nothing_but_what_goes_in(columns: str, step: str, flagged: int) -> None:
    code = (
        "import pandas as pd\nfrom shop_features import enrich\nfrom sklearn.linear_model import LogisticRegression\n"
        f"df = pd.read_parquet('orders.parquet'{columns})\ndf = {step}\nLogisticRegression().fit(df[['amount']], df['bought'])\n"
    )
    assert len(list(told("FEA004", {"train.py": code}))) == flagged


def test_a_library_call_that_no_table_knows_is_no_finding_and_no_silence() -> None:
    """What goes into it is known, what it aggregates is not."""
    code = "import pandas as pd\nimport evalml\ndf = evalml.mix(pd.read_parquet('orders.parquet'))" + FIT
    result = scan_files({"train.py": code})
    assert [finding.code for finding in result.findings if finding.code == "FEA004"] == []
    assert [hint for hint in result.hints if "library calls" in hint] == [
        "2 features pass through library calls that are not known: evalml.mix(); an aggregation inside of them is not seen"
    ]


def test_calls_that_are_known_are_not_spoken_of() -> None:
    code = "import pandas as pd\ndf = pd.read_parquet('orders.parquet').dropna()" + FIT
    assert scan_files({"train.py": code}).hints == ()


@pytest.mark.parametrize(("name", "flagged"), [("DatasetCleaner", 0), ("TextVectorizer", 0), ("ChurnModel", 1)])
def test_what_prepares_data_is_no_model(name: str, flagged: int) -> None:
    code = f"""
import os
import pandas as pd
from shop.prepare import {name}
df = pd.read_csv(os.environ["ORDERS"])
{name}().fit(df[["a", "b"]])
"""
    assert len(told("FEA002", {"train.py": code})) == flagged
