"""Which columns are judged as features: what must not be first."""

from __future__ import annotations

import pytest

from feasilint.analysis import Analysis
from feasilint.api import scan_files
from feasilint.catalog.match import Matcher
from feasilint.catalog.model import Catalog
from feasilint.documents.read import read
from feasilint.lower import lower
from feasilint.lower.options import Options
from feasilint.rule import Feature
from feasilint.subjects import subjects

COUNT = "select user_id, count(*) as n from payments.transactions group by user_id"
CATALOG = """
version: 1
prediction_points: {checkout: {mode: online, entity: [user_id]}}
models: [{name: fraud, paths: ["risk/**"], prediction_point: checkout}]
sources:
  - {name: payments.transactions, availability: production, latency: daily, kind: events, grain: [tx_id], event_time: ts}
"""


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("report.sql", COUNT),
        ("report.sql", f"create table marts.daily_report as {COUNT}"),
        ("features/test/test_parity.py", f"spark.sql('create table features as {COUNT}')"),
        ("features/test_parity.py", f"spark.sql('create table features as {COUNT}')"),
        ("report.py", "import pandas as pd\npd.read_csv('tx.csv').groupby('u').size().to_csv('summary.csv')"),
        (
            "feature_engineering/a.py",
            "import pandas as pd\npd.read_csv('tx.csv').groupby('u').size().to_csv('out/signal_summary.csv')",
        ),
        (
            "a.py",
            "import pandas as pd\npd.read_csv('tx.csv').groupby('u').size().to_csv('text_features/ic_summary.csv')",
        ),
        ("features/a.sql", f"create table marts.model_metrics as {COUNT}"),
        ("ml_ops/a.sql", f"create table marts.user_counts as {COUNT}"),
        ("samples/features/search/scripts/a.sql", f"create table marts.user_counts as {COUNT}"),
        ("a.py", "import pandas as pd\npd.read_csv('tx.csv').groupby('u').size().to_csv('gs://shop-ml/counts.csv')"),
    ],
)
def test_reports_and_extracts_hold_no_features(path: str, text: str) -> None:
    assert scan_files({path: text}).features == 0


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("user_features.sql", COUNT),
        ("a.sql", f"create table ml_ops.user_features as {COUNT}"),
        ("features/a.sql", f"create table marts.user_counts as {COUNT}"),
        ("models/features/customer/a.sql", f"create table marts.user_counts as {COUNT}"),
        ("a.sql", f"create table ml.user_metrics as {COUNT}"),
        ("a.sql", f"create table ml.user_counts as {COUNT}"),
        ("a.sql", f"insert into training_set {COUNT}"),
        (
            "a.py",
            "import pandas as pd\npd.read_csv('tx.csv').groupby('u').size().rename('n').reset_index().to_csv('features.csv')",
        ),
    ],
)
def test_names_tell_feature_tables(path: str, text: str) -> None:
    assert scan_files({path: text}).features == 1


def test_the_catalog_tells_feature_tables() -> None:
    text = f"create table marts.daily_report as {COUNT}"
    assert scan_files({"risk/a.sql": text}, CATALOG).features == 1
    passed_over = scan_files({"other/a.sql": text}, CATALOG)
    assert passed_over.features == 0
    assert "1 table is not judged, because nothing says that it holds features" in passed_over.hints[0]
    several = scan_files({"other/a.sql": text, "other/b.sql": text.replace("report", "summary")}, CATALOG)
    assert "2 tables are not judged, because nothing says that they hold features" in several.hints[0]


@pytest.mark.parametrize(
    ("table", "held"), [("ops.load_state", False), ("etl_watermarks", False), ("ml.user_state", True)]
)
def test_what_a_pipeline_keeps_of_its_own_work_holds_no_features(table: str, held: bool) -> None:
    text = f"create table {table} as select max(amount) as last_amount from payments.transactions"
    assert scan_files({"risk/a.sql": text}, CATALOG).features == int(held)


@pytest.mark.parametrize(("file", "held"), [("submission.csv", 0), ("predictions/may.csv", 1), ("user_summary.csv", 1)])
def test_what_a_model_has_predicted_is_no_feature(file: str, held: int) -> None:
    text = f"import pandas as pd\npd.read_csv('tx.csv').groupby('u').size().rename('n').reset_index().to_csv('{file}')"
    assert scan_files({"risk/a.py": text}, CATALOG).features == held


@pytest.mark.parametrize(
    "text",
    [
        "get_ipython().system('curl -O https://shop.net/creds.json')",
        "get_ipython().system('wget https://shop.net/tx.tgz -O data.tgz')",
        "from urllib.request import urlretrieve\nurlretrieve('https://shop.net/tx.csv', 'tx.csv')",
        "import wget\nwget.download('https://shop.net/tx.csv', 'data')",
    ],
)
def test_a_file_that_is_only_fetched_is_no_source_of_features(text: str) -> None:
    found = scan_files({"risk/a.py": text}, CATALOG)
    assert (found.features, found.unknown_sources, found.findings) == (0, (), ())


@pytest.mark.parametrize(
    "text",
    [
        "get_ipython().system('curl -O https://shop.net/tx.csv')\nimport pandas as pd\n"
        "pd.read_csv('tx.csv').groupby('u').size().rename('n').reset_index().to_csv('features.csv')",
        "import pandas as pd\npd.read_csv('https://shop.net/tx.csv').to_csv('features.csv')",
    ],
)
def test_a_fetched_file_that_is_read_is_a_source(text: str) -> None:
    assert scan_files({"risk/a.py": text}, CATALOG).unknown_sources == ("https://shop.net/tx.csv",)


def test_an_unknown_source_is_told_where_features_read_it() -> None:
    look = "import pandas as pd\npd.read_csv('s3://lake/tx.csv').head()"
    (found,) = scan_files({"risk/a.py": look, "risk/b.py": f"\n{look}.to_csv('features.csv')"}, CATALOG).findings
    assert (found.code, found.place.path, len(found.labels)) == ("AVL103", "risk/b.py", 2)


LOGIN = "import hopsworks\nimport pandas as pd\nfs = hopsworks.login().get_feature_store()\n"
VIEW = f"{LOGIN}group = fs.get_feature_group(name='users')\nfs.create_feature_view(name='users_view', query=group.select_all())"
FILL = f"{LOGIN}fs.get_or_create_feature_group(name='users').insert(pd.read_parquet('s3://lake/tx.parquet'))"
SCORE = f"{LOGIN}rows = fs.get_feature_view(name='users_view').get_batch_data()\nrows.to_parquet('s3://lake/features.parquet')"


def test_a_feature_view_over_a_group_that_the_scan_fills_needs_no_entry() -> None:
    files = {"risk/view.py": VIEW, "risk/fill.py": FILL, "risk/score.py": SCORE}
    assert scan_files(files, CATALOG).unknown_sources == ("s3://lake/tx.parquet",)


@pytest.mark.parametrize("files", [{}, {"risk/view.py": VIEW}, {"risk/fill.py": FILL}])
def test_a_feature_view_over_a_group_of_others_is_not_known(files: dict[str, str]) -> None:
    assert "users_view" in scan_files({**files, "risk/score.py": SCORE}, CATALOG).unknown_sources


def test_files_without_a_prediction_point_are_counted() -> None:
    text = f"create table ml.features as {COUNT}"
    (hint,) = (h for h in scan_files({f"x/{n}.sql": text for n in "abcde"}, "version: 1\n").hints if "point" in h)
    assert "x/a.sql, x/b.sql, x/c.sql and 2 more: findings there have the mildest of their severities" in hint


def test_keys_and_entities_are_no_features() -> None:
    text = "create table ml.f as select user_id, tx_id, amount from payments.transactions"
    result = scan_files({"risk/a.sql": text}, CATALOG)
    assert result.features == 1


def test_a_table_that_a_model_reads_is_judged_at_the_model() -> None:
    notebook = (
        "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n"
        "df = pd.read_sql('select n, y from ml.user_counts', con)\nLogisticRegression().fit(df[['n']], df['y'])"
    )
    result = scan_files({"a.sql": f"create table ml.user_counts as {COUNT}", "train.py": notebook})
    assert result.features == 1
    assert [finding.model for finding in result.findings] == ["sklearn.linear_model.LogisticRegression"]
    assert result.findings[0].place.path == "a.sql"


def test_what_others_are_partitioned_or_joined_by_is_a_key() -> None:
    window = "create table ml.f as select user_id, first_value(amount) over (partition by user_id order by ts) as f from payments.transactions"
    assert scan_files({"a.sql": window}).features == 1


def test_a_table_that_is_merged_into_is_no_source() -> None:
    merge = (
        "merge into ml.k t using (select user_id, count(*) n from payments.transactions where ts >= current_date - 30 group by user_id) s "
        "on t.user_id = s.user_id when matched then update set n = s.n when not matched then insert (user_id, n) values (s.user_id, s.n)"
    )
    result = scan_files({"risk/a.sql": merge}, CATALOG)
    assert result.unknown_sources == ()
    assert not [finding for finding in result.findings if finding.code == "AVL103"]


def test_a_source_read_as_a_whole_is_judged() -> None:
    catalog = "version: 1\nsources: [{name: raw.lab, availability: training_only}]"
    code = (
        "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\n"
        "df = pd.read_sql('select * from raw.lab', con)\nLogisticRegression().fit(df.drop(columns=['t']), df['t'])"
    )
    assert [finding.code for finding in scan_files({"a.py": code}, catalog).findings] == ["AVL101"]


def test_two_models_of_one_frame_have_each_their_features() -> None:
    """Columns of one name are one only where they are the same column."""
    text = (
        "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression, Ridge\n"
        "df = pd.read_csv('a.csv')[['x', 'z', 'y']]\n"
        "LogisticRegression().fit(df[['x', 'z']], df['y'])\n"
        "df['x'] = df['w'] = df.groupby('z')['x'].transform('mean')\n"
        "Ridge().fit(df[['x', 'z']], df['y'])\n"
    )
    program = lower(read("a.py", text.encode()), Options())
    analysis = Analysis([program], Matcher(Catalog()))
    found = {(f.target, f.name): f for f in subjects(analysis, {"a.py"}) if isinstance(f, Feature)}
    first, second = "sklearn.linear_model.LogisticRegression", "sklearn.linear_model.Ridge"
    assert [len(found[model, "x"].aggregations) for model in (first, second)] == [0, 1]
    assert found[first, "z"].inputs == found[second, "z"].inputs
    assert found[first, "z"].sink != found[second, "z"].sink
