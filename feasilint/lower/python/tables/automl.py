"""Libraries that search for a model by themselves, and others whose training call is told the roles of columns by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers import fits, recommending
from feasilint.lower.python.transfers.common import handle, nothing, same
from feasilint.lower.python.transfers.loading import cloud_table, reader, source
from feasilint.lower.python.transfers.training import Told, connected, told

if TYPE_CHECKING:
    from feasilint.lower.python.call import Table, Transfer

_PYCARET = Told(data=((0, "data"),), label=((1, "target"),), drop=("ignore_features",))
_H2O = Told(
    data=((2, "training_frame"),),
    features=((0, "x"),),
    label=((1, "y"),),
    drop=("ignored_columns",),
    weight=("weights_column",),
)
_AUTOGLUON = Told(
    data=((0, "train_data"),), label=("label", "target", "0"), drop=("ignored_columns",), weight=("sample_weight",)
)
_LABELLED = Told(
    data=((0, "dataset"), "training_data", "train_data", "data"), label=("target_col", "label_column_name", "label")
)
_FORECAST = Told(data=((0, "df"),), label=("target_col",), usual="y", apart=("unique_id", "ds"))

METHODS: dict[str, Table] = {
    "pandas": {"to_pandas_dataframe": same},
    "pycaret": {"setup": told(_PYCARET, "pycaret")},
    "h2o": {"train": told(_H2O)},
    "autogluon": {"fit": told(_AUTOGLUON)},
    "pytorch_tabular.TabularModel": {
        "fit": told(
            Told(
                data=((0, "train"),),
                label=("target",),
                features=("continuous_cols", "categorical_cols", "date_columns"),
            )
        ),
        "*": same,
    },
    "lightautoml": {"fit_predict": told(Told(data=((0, "train_data"),), label=("target",), drop=("drop",)))},
    "lightfm.data": {"fit": nothing, "fit_partial": nothing},
    "watson": {"optimizer": handle("autoai"), "runs": same},
    "autoai": {
        "fit": told(
            Told(
                data=("training_data_reference", "training_data_references"),
                label=("prediction_column", "prediction_columns"),
            )
        ),
    },
    "ludwig": {"train": told(Told(data=((0, "dataset"), "training_set")))},
    "vertex.training": {"run": told(Told(data=((0, "dataset"),), label=((1, "target_column"),)))},
    "ray.train": {"fit": told(Told(data=("train",), label=("label_column",)))},
    "forecaster": {
        "fit": told(_FORECAST),
        "cross_validation": told(_FORECAST),
        "forecast": told(_FORECAST),
    },
}

_H2O_MODELS = handle("h2o")
_WATSON = ("ibm_watsonx_ai", "ibm_watson_machine_learning", "watson_machine_learning_client")
_TABULAR = ("autogluon.tabular", "autogluon", "autogluon.timeseries")

FUNCTIONS: dict[str, Transfer] = {
    **{f"pycaret.{kind}.setup": told(_PYCARET, "pycaret")
       for kind in ("classification", "regression", "clustering", "anomaly", "time_series", "nlp")},
    **{f"pycaret.{kind}Experiment": handle("pycaret")
       for kind in ("classification.Classification", "regression.Regression", "clustering.Clustering",
                    "anomaly.Anomaly")},
    "h2o.automl.H2OAutoML": _H2O_MODELS,
    **{f"{package}.experiment.AutoAI": handle("watson") for package in _WATSON},
    **{f"{package}.helpers.{place}DataConnection": connected for package in _WATSON for place in ("", "connections.")},
    **{f"{package}.helpers.{place}{kind}": handle("location")
       for package in _WATSON for place in ("", "connections.") for kind in ("S3Location", "ContainerLocation", "AssetLocation",
                                                                            "FSLocation", "DatabaseLocation")},
    "h2o.init": nothing,
    **{f"{place}.TabularPredictor": handle("autogluon") for place in _TABULAR},
    **{f"{place}.TabularDataset": reader() for place in _TABULAR},
    "autogluon.timeseries.TimeSeriesPredictor": handle("autogluon"),
    "autogluon.TabularPrediction.fit": told(Told(data=((0, "train_data"),), label=("label",)), "autogluon"),
    "autogluon.TabularPrediction.Dataset": reader(),
    "pytorch_tabular.TabularModel": handle("pytorch_tabular.TabularModel"),
    "pytorch_tabular.config.DataConfig": handle("config"),
    "pytorch_tabular.config.config.DataConfig": handle("config"),
    "lightautoml.automl.presets.tabular_presets.TabularAutoML": handle("lightautoml"),
    "lightautoml.automl.presets.tabular_presets.TabularUtilizedAutoML": handle("lightautoml"),
    "ludwig.api.LudwigModel": handle("ludwig"),
    **{f"databricks.automl.{kind}": told(_LABELLED, "databricks.automl") for kind in ("classify", "regress", "forecast")},
    "azureml.train.automl.AutoMLConfig": told(_LABELLED, "azureml.AutoMLConfig"),
    "azure.ai.ml.automl.classification": told(_LABELLED, "azure.automl"),
    "azure.ai.ml.automl.regression": told(_LABELLED, "azure.automl"),
    "google.cloud.aiplatform.AutoMLTabularTrainingJob": handle("vertex.training"),
    "google.cloud.aiplatform.AutoMLForecastingTrainingJob": handle("vertex.training"),
    **{f"google.cloud.aiplatform.{kind}Dataset.create": cloud_table for kind in ("Tabular", "TimeSeries")},
    **{f"azureml.core.{place}Tabular.from_{kind}_files": reader()
       for place in ("Dataset.", "dataset.Dataset.") for kind in ("delimited", "parquet", "json_lines")},
    **{f"azureml.core.{place}get_by_name": source("table", 1) for place in ("Dataset.", "dataset.Dataset.")},
    "statsforecast.StatsForecast": handle("forecaster"),
    "neuralforecast.NeuralForecast": handle("forecaster"),
    "mlforecast.MLForecast": handle("forecaster"),
    "surprise.Dataset.load_from_df": recommending.ratings,
    "surprise.model_selection.train_test_split": recommending.pair,
    "surprise.model_selection.cross_validate": fits.evaluated,
    "surprise.Reader": nothing,
    "lightfm.data.Dataset": handle("lightfm.data"),
    **{f"scipy.sparse.{kind}_{what}": recommending.matrix
       for kind in ("coo", "csr", "csc") for what in ("matrix", "array")},
}  # fmt: skip

PREFIXES: tuple[tuple[str, Transfer], ...] = (("h2o.estimators.", _H2O_MODELS),)
