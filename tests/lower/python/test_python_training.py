"""Training calls of other libraries: tensors, networks, forecasters, searches, recommenders, formulas."""

from __future__ import annotations

import pytest
from python_lowering import PANDAS, columns, fit, frame, run, sources

from feasilint.ir import Fit

NET = """
import torch
from torch.utils.data import DataLoader, Dataset, TensorDataset
X = torch.tensor(tx[['a', 'b']].values).float()
y = torch.tensor(tx['y'].values)
"""
LOOP = """
for epoch in range(3):
    for x, target in loader:
        loss = criterion(model(x.to('cuda')).squeeze(), target)
        loss.backward()
"""


def trained(code: str) -> tuple[list[str], list[str]]:
    model = fit(run(PANDAS + code))
    return columns(model.features), columns(model.label) if model.label is not None else []


def fits(code: str) -> list[Fit]:
    return [sink for sink in run(PANDAS + code).sinks if isinstance(sink, Fit)]


# --- what trains nothing ---


@pytest.mark.parametrize(
    "code",
    [
        "from prophet import Prophet\nm = Prophet()\nm.add_regressor('a')",
        "import h2o\nh2o.init()\nframe = h2o.H2OFrame(tx)",
        "from pytorch_tabular.config import DataConfig\nDataConfig(target=['y'], continuous_cols=['a'])",
        NET + "model = torch.nn.Linear(2, 1)\npredicted = model(X)",
        NET + "loss = torch.nn.MSELoss()(torch.nn.Linear(2, 1)(X), y)\nprint(loss.item())",
        "import statsmodels.formula.api as smf\nmodel = smf.ols('y ~ a', data=tx)",
        "from lightfm.data import Dataset\nDataset().fit(tx['u'], tx['i'])",
        "from darts import TimeSeries\ns = TimeSeries.from_dataframe(tx, 't', ['x'])\na, b = s.split_before(0.5)",
    ],
)
def test_no_model(code: str):
    assert fits(code) == []


# --- networks ---


@pytest.mark.parametrize(
    "loader",
    [
        "loader = DataLoader(TensorDataset(X, y), batch_size=4)",
        "train, test = torch.utils.data.random_split(TensorDataset(X, y), [8, 2])\nloader = DataLoader(train)",
        "class Rows(Dataset):\n    def __init__(self, df):\n        self.x, self.y = df[['a', 'b']].values, df['y']\n"
        "    def __getitem__(self, i):\n        return self.x[i], self.y[i]\nloader = DataLoader(Rows(tx))",
    ],
)
@pytest.mark.parametrize(
    "net",
    [
        "model, criterion = torch.nn.Sequential(torch.nn.Linear(2, 1)), torch.nn.BCELoss()",
        "class Net(torch.nn.Module):\n    def forward(self, x):\n        return x\n"
        "model, criterion = Net().to('cuda'), torch.nn.functional.cross_entropy",
    ],
)
def test_training_loops(loader: str, net: str):
    assert trained(NET + loader + "\n" + net + LOOP) == (["a", "b"], ["y"])


def test_input_pipelines_of_csv_files():
    code = """
import tensorflow as tf
COLUMNS = ['weight', 'mother_age', 'key']
def features_and_labels(row):
    row.pop('key')
    label = row.pop('weight')
    return row, label
def load(pattern):
    data = tf.data.experimental.make_csv_dataset(pattern, 32, column_names=COLUMNS, column_defaults=[[0.0]] * 3)
    return data.map(features_and_labels).shuffle(10).prefetch(1)
tf.keras.Sequential().fit(load('train*.csv'), epochs=3)
"""
    assert trained(code) == (["mother_age"], ["weight"])


def test_lines_that_are_taken_apart():
    code = """
import tensorflow as tf
COLUMNS = ['fare', 'distance', 'hour']
def input_fn():
    def decode(line):
        features = dict(zip(COLUMNS, tf.io.decode_csv(line, [[0.0], [0.0], [1]])))
        label = features.pop('fare')
        return features, label
    return tf.data.TextLineDataset('taxi.csv').map(decode).batch(8)
estimator = tf.estimator.LinearRegressor(feature_columns=[])
tf.estimator.train_and_evaluate(estimator, tf.estimator.TrainSpec(input_fn=input_fn), None)
"""
    assert columns(fit(run(code)).features) == ["distance", "hour"]
    assert sources(run(code)) == ["taxi.csv"]


@pytest.mark.parametrize(
    "code",
    [
        "from fastai.tabular.all import *\ndls = TabularDataLoaders.from_df(tx, cat_names=['a'], cont_names=['b'], y_names='y')\n"
        "tabular_learner(dls).fit_one_cycle(1)",
        "from pytorch_tabular import TabularModel\nfrom pytorch_tabular.config import DataConfig\n"
        "config = DataConfig(target=['y'], continuous_cols=['a'], categorical_cols=['b'])\n"
        "TabularModel(data_config=config).fit(train=tx)",
        "import tensorflow_decision_forests as tfdf\nds = tfdf.keras.pd_dataframe_to_tf_dataset(tx[['a', 'b', 'y']], label='y')\n"
        "tfdf.keras.RandomForestModel().fit(ds)",
        "import h2o\nfrom h2o.automl import H2OAutoML\nH2OAutoML().train(x=['a', 'b'], y='y', training_frame=h2o.H2OFrame(tx))",
        "from autogluon.tabular import TabularPredictor\nTabularPredictor(label='y').fit(tx[['a', 'b', 'y']])",
        "from pycaret.classification import *\nsetup(tx[['a', 'b', 'id', 'y']], target='y', ignore_features=['id'])",
        "from pycaret.regression import RegressionExperiment\nRegressionExperiment().setup(tx[['a', 'b', 'y']], target='y')",
        "from lightautoml.automl.presets.tabular_presets import TabularAutoML\n"
        "TabularAutoML().fit_predict(tx[['a', 'b', 'id', 'y']], roles={'target': 'y', 'drop': ['id']})",
        "from flaml import AutoML\nAutoML().fit(dataframe=tx[['a', 'b', 'y']], label='y')",
        "from surprise import SVD, Dataset\ndata = Dataset.load_from_df(tx[['a', 'b', 'y']], None)\n"
        "SVD().fit(data.build_full_trainset())",
    ],
)
def test_roles_that_are_told(code: str):
    features, label = trained(code)
    assert (sorted(features), label) in [
        (["a", "b"], ["y"]),
        (["a", "b", "y"], ["y"]),
    ]  # a label in the features is none


# --- formulas ---


@pytest.mark.parametrize(
    ("formula", "features"),
    [
        ("y ~ a + b", ["a", "b"]),
        ("y ~ C(a, Treatment(reference='x')) * np.log(b) - 1", ["a", "b"]),
        ("np.log(y) ~ a:b + I(a ** 2)", ["a", "b"]),
        ("y ~ Q('a') + bs(b, df=4)", ["a", "b"]),
    ],
)
def test_formulas(formula: str, features: list[str]):
    code = f"import statsmodels.formula.api as smf\nsmf.ols({formula!r}, data=tx).fit()"
    assert trained(code) == (features, ["y"])


def test_design_matrices():
    code = "from patsy import dmatrices\nimport statsmodels.api as sm\ny, X = dmatrices('y ~ a + C(b)', tx)\nsm.Logit(y, X).fit()"
    assert trained(code) == (["a", "b"], ["y"])


@pytest.mark.parametrize(
    "code",
    [
        "from sklearn.svm import SVC\nSVC().fit(tx[['a']], tx['y'], sample_weight=tx['w'])",
        "import xgboost as xgb\nxgb.train({}, xgb.DMatrix(tx[['a']], label=tx['y'], weight=tx['w']))",
        "from catboost import CatBoost, Pool\nCatBoost().fit(Pool(tx[['a']], label=tx['y'], weight=tx['w']))",
        "import statsmodels.api as sm\nsm.WLS(tx['y'], tx[['a']], weights=tx['w']).fit()",
    ],
)
def test_weights(code: str):
    model = fit(run(PANDAS + code))
    assert model.weight is not None
    assert columns(model.weight) == ["w"]
    assert columns(model.features) == ["a"]


# --- forecasters ---


@pytest.mark.parametrize(
    ("code", "features", "label"),
    [
        ("from prophet import Prophet\nm = Prophet()\nm.add_regressor('a')\nm.fit(tx)", ["a"], ["y"]),
        ("from statsmodels.tsa.api import SARIMAX\nSARIMAX(tx['y'], exog=tx[['a']]).fit()", ["a"], ["y"]),
        (
            "from sktime.forecasting.naive import NaiveForecaster\nNaiveForecaster().fit(tx['y'], X=tx[['a']])",
            ["a"],
            ["y"],
        ),
        (
            "from darts import TimeSeries\nfrom darts.models import NBEATSModel\n"
            "train, _ = TimeSeries.from_dataframe(tx, 't', ['y']).split_before(0.5)\n"
            "NBEATSModel(12, 6).fit(train, past_covariates=TimeSeries.from_dataframe(tx, 't', ['a']))",
            ["a"],
            ["y"],
        ),
        ("import pmdarima as pm\npm.auto_arima(tx['y'], X=tx[['a']])", ["a"], ["y"]),
        (
            "from gluonts.dataset.pandas import PandasDataset\nfrom gluonts.torch import DeepAREstimator\n"
            "DeepAREstimator().train(PandasDataset(tx, target='y', feat_dynamic_real=['a']))",
            ["a"],
            ["y"],
        ),
    ],
)
def test_forecasters(code: str, features: list[str], label: list[str]):
    assert trained(code) == (features, label)


# --- data sets that come with libraries ---


@pytest.mark.parametrize(
    ("code", "source"),
    [
        ("from catboost.datasets import titanic\ndf, _ = titanic()", "catboost.titanic"),
        ("import shap\ndf, y = shap.datasets.adult()", "shap.adult"),
        ("from sklearn.datasets import load_iris\ndf = load_iris().data", "sklearn.load_iris"),
        ("from sklearn.datasets import load_iris\ndf = load_iris()['data']", "sklearn.load_iris"),
        ("import statsmodels.api as sm\ndf = sm.datasets.engel.load_pandas().data", "statsmodels.engel"),
        ("import statsmodels.api as sm\ndf = sm.datasets.get_rdataset('Duncan', 'carData').data", "statsmodels.Duncan"),
        ("from keras.datasets import mnist\n(df, y), test = mnist.load_data()", "tensorflow.mnist"),
        (
            "from darts.datasets import AirPassengersDataset\ndf = AirPassengersDataset().load()",
            "darts.AirPassengersDataset",
        ),
    ],
)
def test_data_sets(code: str, source: str):
    assert frame(code) is not None
    assert sources(run(code)) == [source]


def test_columns_of_well_known_data_sets():
    code = "from sklearn.datasets import load_iris\niris = load_iris()\ndf = pd.DataFrame(iris.data, columns=iris.feature_names)"
    assert columns(frame(code))[0] == "sepal length (cm)"
    assert len(columns(frame(code))) == 4


# --- on the way to a model ---


def test_items_of_something_unknown_are_no_frame():
    assert columns(frame("d = load()\nx = d['a']\ny = d[0]\ndf = pd.DataFrame({'z': [1]})")) == ["z"]


@pytest.mark.parametrize(
    "code",
    [
        "from sklearn.utils import shuffle\nX, y = shuffle(tx[['a', 'b']], tx['y'])",
        "from sklearn.preprocessing import scale\nX, y = scale(tx[['a', 'b']]), tx['y']",
        "from other import load\ndf = load()\nnames = ['a', 'b']\nX, y = df[names], df['y']",
    ],
)
def test_what_keeps_the_columns(code: str):
    assert trained(code + "\nfrom sklearn.svm import SVC\nSVC().fit(X, y)") == (["a", "b"], ["y"])


def test_the_module_that_a_name_is_known_of():
    code = "from lifetimes.plotting import *\nfrom lifetimes.utils import *\n"
    code += "df = summary_data_from_transaction_data(tx, 'customer', 'day')"
    assert columns(frame(PANDAS + code)) == ["customer", "frequency", "recency", "T"]


@pytest.mark.parametrize(
    "code",
    [
        "from keras.preprocessing.text import Tokenizer\nX = Tokenizer().texts_to_sequences(tx['a'].values)",
        "texts = []\nfor i, row in tx.iterrows():\n    texts.append(clean(row['a']))\n"
        "from sklearn.feature_extraction.text import TfidfVectorizer\nX = TfidfVectorizer().fit_transform(texts)",
        "bands = np.array([np.array(band).reshape(75, 75) for band in tx['a']])\n"
        "X = np.concatenate([bands[:, :, :, np.newaxis], (bands + bands)[:, :, :, np.newaxis]], axis=-1)",
    ],
)
def test_what_is_made_of_a_column_keeps_its_name(code: str):
    assert trained(code + "\nfrom keras.models import Sequential\nSequential().fit(X, tx['y'])") == (["a"], ["y"])


@pytest.mark.parametrize(
    "data",
    [
        "def batches(x, y):\n    while True:\n        yield x[:8], y[:8]\ndata = batches(tx[['a']].values, tx['y'].values)",
        "from keras.preprocessing.image import ImageDataGenerator\ndata = ImageDataGenerator().flow(tx[['a']].values, tx['y'])",
        "from keras.preprocessing.image import ImageDataGenerator\n"
        "data = ImageDataGenerator().flow_from_dataframe(tx, 'images', x_col='a', y_col='y')",
    ],
)
def test_generators_of_batches(data: str):
    code = f"{data}\nfrom keras.models import Sequential\nSequential().fit_generator(generator=data, epochs=3)"
    assert trained(code) == (["a"], ["y"])


def test_columns_side_by_side():
    code = "X = np.c_[tx['a'], tx['b'].values]\nfrom sklearn.svm import SVC\nSVC().fit(X, tx['y'])"
    assert trained(code) == (["a", "b"], ["y"])


# --- names of features that a loop collects ---

LOOP_OVER = (
    "features = []\nfor c in frame.columns:\n{}\nfrom sklearn.svm import SVC\nSVC().fit(frame[features], frame['y'])"
)


def test_a_column_of_a_loop_that_goes_on_either_way_stays_any_of_them():
    body = "    if c == 'id':\n        k = 1\n    else:\n        k = 2\n    features.append(c)"
    model = fit(run(PANDAS + "frame = tx\n" + LOOP_OVER.format(body)))
    assert columns(model.features) == ["*"]
    assert "id" not in str(model.features)


@pytest.mark.parametrize(
    "body",
    [
        "    if c not in ['id', 'y']:\n        features.append(c)",
        "    if c == 'id':\n        continue\n    if c in ('y',):\n        continue\n    features.append(c)",
        "    if c == 'id' or c == 'y':\n        pass\n    elif c not in ['id', 'y']:\n        features.append(c)",
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_columns_that_a_loop_leaves_out(body: str, known: bool):
    start = "frame = tx[['id', 'a', 'y']]\n" if known else "frame = tx.assign(a=1, id=2)\n"
    model = fit(run(PANDAS + start + LOOP_OVER.format(body)))
    assert columns(model.features) == ["a", *([] if known else ["*"])]


@pytest.mark.parametrize(
    "names",
    [
        "[c for c in frame if c not in ['id', 'y']]",
        "np.append(['a'], ['b'])",
        "np.concatenate((['a'], ['b']))",
    ],
)
def test_lists_of_names(names: str):
    code = f"frame = tx[['id', 'a', 'b', 'y']]\nfrom sklearn.svm import SVC\nSVC().fit(frame[{names}], frame['y'])"
    assert trained(code) == (["a", "b"], ["y"])


def test_treatments_and_controls_of_causal_models():
    code = "from econml.dml import LinearDML\nLinearDML().fit(tx['y'], tx['t'], X=tx[['a']], W=tx[['w']])"
    assert trained(code) == (["t", "a", "w"], ["y"])


@pytest.mark.parametrize(
    "code",
    [
        "import xgboost as xgb\nxgb.dask.train(client, {}, xgb.dask.DaskDMatrix(client, tx[['a']], tx['y']))",
        "import dask_xgboost as dxgb\ndxgb.train(client, {}, tx[['a']], tx['y'], num_boost_round=3)",
        NET.replace("[['a', 'b']]", "[['a']]") + "scaler = torch.cuda.amp.GradScaler()\n"
        "scaler.scale(torch.nn.MSELoss()(torch.nn.Linear(1, 1)(X), y)).backward()",
    ],
)  # fmt: skip
def test_training_on_many_machines(code: str):
    assert trained(code) == (["a"], ["y"])


def test_experiments_of_watson():
    code = """
from ibm_watsonx_ai.experiment import AutoAI
from ibm_watsonx_ai.helpers import DataConnection, S3Location
data = DataConnection(location=S3Location(bucket='b', path='credit.csv'))
search = AutoAI({}, space_id='s').optimizer(name='n', prediction_column='risk')
search.fit(training_data_reference=[data])
"""
    model = fit(run(code))
    assert model.label is not None
    assert columns(model.label) == ["risk"]
    assert sources(run(code)) == ["b/credit.csv"]


def test_prices_of_a_vendor():
    assert sources(run("import quandl\nprices = quandl.get('WIKI/AAPL')\nprices.head()")) == ["quandl:WIKI/AAPL"]


def test_frames_in_a_file_of_many():
    code = (
        "with pd.HDFStore('train.h5', 'r') as store:\n    df = store.get('train')\nother = pd.HDFStore('x.h5')['test']"
    )
    assert sources(run("import pandas as pd\n" + code)) == ["train.h5", "x.h5"]


@pytest.mark.parametrize("pool", ["cb.Pool(df[['a']], df['y'])", "cb.Pool(df[['a']], label=df['y'])"])
def test_a_pool_holds_the_label(pool: str):
    code = "import catboost as cb\nimport pandas as pd\ndf = pd.read_csv('d.csv')\n"
    made = fit(run(f"{code}cb.CatBoostClassifier().fit({pool})"))
    assert columns(made.features) == ["a"]
    assert made.label is not None
    assert columns(made.label) == ["y"]
