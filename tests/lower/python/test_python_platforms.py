"""Data by the objects of a platform that stand for it: its name is that of the file or table, not of the object."""

from __future__ import annotations

import pytest
from python_lowering import columns, fit, run, sources

AZURE = "from azureml.core import Dataset, Datastore, Workspace\nws = Workspace.from_config()\n"
READ = "df = Dataset.Tabular.from_delimited_files(path={})\n"
WATSON = "from ibm_watsonx_ai import APIClient\nfrom ibm_watsonx_ai.helpers import AssetLocation, DataConnection\nclient = APIClient(key)\n"


@pytest.mark.parametrize(
    "path", ["ws.get_default_datastore().path('sales/a.csv')", "[(Datastore.get(ws, 'lake'), 'sales/a.csv')]"]
)
def test_a_path_in_a_datastore_is_a_name(path: str) -> None:
    assert sources(run(AZURE + READ.format(path))) == ["sales/a.csv"]


@pytest.mark.parametrize("wanted", ["data_asset_id={}", "location=AssetLocation(asset_id={})"])
def test_an_asset_is_the_file_that_it_was_made_of(wanted: str) -> None:
    code = WATSON + "made = client.data_assets.create('sales', 'a.csv')\n"
    place = wanted.format("client.data_assets.get_id(made)")
    assert sources(run(code + f"DataConnection({place})")) == ["a.csv"]


def test_an_asset_of_elsewhere_stays_unknown() -> None:
    (name,) = sources(run(WATSON + "DataConnection(data_asset_id=wanted)"))
    assert name.startswith("{")


def test_a_reference_to_a_table_is_its_name() -> None:
    code = "from google.cloud import bigquery\nclient = bigquery.Client()\n"
    read = "df = client.list_rows(bigquery.TableReference.from_string('p.shop.orders')).to_dataframe()"
    assert sources(run(code + read)) == ["p.shop.orders"]


@pytest.mark.parametrize("out", ["out='data'", "'data/a.csv'", "out=folder"])
def test_a_download_is_where_it_was_put(out: str) -> None:
    code = "import os, wget\nimport pandas as pd\nfolder = 'data'\nname = os.path.join(folder, 'a.csv')\n"
    got = f"if not os.path.isfile(name):\n    name = wget.download('https://x.org/a.csv', {out})\n"
    assert sources(run(code + got + "df = pd.read_csv(name)"))[-1] == "data/a.csv"


def test_a_list_that_may_be_another_one_is_still_read() -> None:
    code = "import pandas as pd\nif FILES:\n    paths = FILES\nelse:\n    paths = ['a.csv']\n"
    assert sources(run(code + "df = pd.concat([pd.read_csv(path) for path in paths])")) == ["a.csv"]


def test_members_of_a_data_set_are_no_columns() -> None:
    code = (
        "from google.cloud import aiplatform as aip\ndata = aip.TabularDataset.create(gcs_source=['gs://b/a.csv'])\n"
        "print(data.resource_name, data.display_name)\njob = aip.AutoMLTabularTrainingJob(display_name='x')\n"
        "job.run(dataset=data, target_column='y')"
    )
    assert columns(fit(run(code)).features) == ["*"]


def test_keys_and_times_of_series_are_no_features() -> None:
    code = (
        "import pandas as pd\nfrom mlforecast import MLForecast\ndf = pd.read_csv('a.csv')\n"
        "df = df[['unique_id', 'ds', 'y', 'price']]\nMLForecast(models=[], freq='D').fit(df)"
    )
    assert columns(fit(run(code)).features) == ["price"]


def test_a_table_behind_a_connection_has_its_name() -> None:
    place = "DatabaseLocation(schema_name='shop', table_name='orders')"
    code = (
        WATSON
        + f"from ibm_watsonx_ai.helpers import DatabaseLocation\nDataConnection(connection_asset_id=c, location={place})"
    )
    assert sources(run(code)) == ["shop/orders"]


def test_files_of_a_pattern_are_named_by_it() -> None:
    code = "import tensorflow as tf\nd = tf.data.TextLineDataset(tf.io.gfile.glob('gs://b/orders*'))\n"
    assert sources(run(code)) == ["gs://b/orders*"]
