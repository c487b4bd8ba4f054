"""Learning libraries: models, transformers, splits, native training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers import models, sinks
from feasilint.lower.python.transfers.common import argument_copied, handle, nothing, same, show

if TYPE_CHECKING:
    from feasilint.lower.python.call import Table, Transfer

METHODS: dict[str, Table] = {
    "estimator": {
        "fit": sinks.fit,
        "fit_generator": sinks.fit,
        "partial_fit": sinks.fit,
        "fit_predict": sinks.fit,
        "train": sinks.fit,
        "fit_transform": sinks.fit_transform,
        "transform": sinks.transform,
        "fit_resample": sinks.resampled,
        "fit_sample": sinks.resampled,
        "predict": sinks.predict,
        "predict_proba": sinks.predict,
        "decision_function": sinks.predict,
        "set_params": same,
        "set_output": same,
        "add": nothing,
        "compile": nothing,
        "setInputCol": same,
        "inverse_transform": argument_copied,
        "split": models.folds,
    },
    "specified": {"fit": sinks.fit_specified, "fit_regularized": sinks.fit_specified},
    "lightning": {"fit": sinks.fit},
    "any": {
        "fit": sinks.fit_unknown,
        "train": models.train_unknown,
        "fit_transform": models.transform_unknown,
        "fit_predict": sinks.fit_unknown,
    },
    "prophet": {"fit": models.fit_prophet, "add_regressor": nothing},
    "implicit": {"fit": sinks.fit},
    "h2o": {"train": models.train_named},
    "surprise.reader": {},
}

_DATA: Transfer = handle("training.data")
_WRAPPERS = ("GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV", "BayesSearchCV")
_META = ("calibration.CalibratedClassifierCV", "multiclass.OneVsRestClassifier", "multiclass.OneVsOneClassifier",
         "multioutput.MultiOutputClassifier", "multioutput.MultiOutputRegressor",
         "compose.TransformedTargetRegressor")  # fmt: skip
_EVALUATE = (
    "cross_val_score",
    "cross_val_predict",
    "cross_validate",
    "learning_curve",
    "validation_curve",
    "permutation_test_score",
)

FUNCTIONS: dict[str, Transfer] = {
    "sklearn.model_selection.train_test_split": sinks.split,
    "sklearn.cross_validation.train_test_split": sinks.split,
    "sklearn.pipeline.Pipeline": sinks.pipeline,
    "sklearn.pipeline.make_pipeline": sinks.pipeline,
    "imblearn.pipeline.Pipeline": sinks.pipeline,
    "imblearn.pipeline.make_pipeline": sinks.pipeline,
    "pyspark.ml.Pipeline": sinks.pipeline,
    "sklearn.compose.ColumnTransformer": sinks.column_transformer,
    "sklearn.compose.make_column_transformer": sinks.column_transformer,
    "sklearn.compose.make_column_selector": models.selector,
    **{f"sklearn.model_selection.{name}": sinks.wrapper for name in _WRAPPERS},
    "sklearn.grid_search.GridSearchCV": sinks.wrapper,
    "skopt.BayesSearchCV": sinks.wrapper,
    "dask_ml.model_selection.GridSearchCV": sinks.wrapper,
    **{f"sklearn.{name}": sinks.wrapper for name in _META},
    **{f"sklearn.model_selection.{name}": sinks.evaluated for name in _EVALUATE},
    **{f"sklearn.cross_validation.{name}": sinks.evaluated for name in _EVALUATE},
    "sklearn.base.clone": argument_copied,
    "xgboost.DMatrix": _DATA,
    "xgboost.QuantileDMatrix": _DATA,
    "lightgbm.Dataset": _DATA,
    "catboost.Pool": _DATA,
    "xgboost.train": sinks.train,
    "xgboost.cv": sinks.train,
    "lightgbm.train": sinks.train,
    "lightgbm.cv": sinks.train,
    "catboost.train": sinks.train,
    "catboost.cv": sinks.train,
    **{
        f"statsmodels.formula.api.{name}": sinks.formula
        for name in ("ols", "logit", "glm", "probit", "poisson", "wls", "mixedlm", "negativebinomial")
    },
    **{
        f"statsmodels.api.{name}": sinks.specified
        for name in ("OLS", "Logit", "GLM", "Probit", "WLS", "Poisson", "GLS", "MNLogit", "RLM", "NegativeBinomial")
    },
    "statsmodels.api.add_constant": argument_copied,
    "statsmodels.tools.add_constant": argument_copied,
    **{
        f"statsmodels.tsa.{path}": sinks.specified
        for path in (
            "arima.model.ARIMA",
            "arima_model.ARIMA",
            "statespace.sarimax.SARIMAX",
            "holtwinters.ExponentialSmoothing",
            "api.VAR",
        )
    },
    "statsmodels.api.tsa.statespace.SARIMAX": sinks.specified,
    "prophet.Prophet": handle("prophet"),
    "fbprophet.Prophet": handle("prophet"),
    "tensorflow.data.Dataset.from_tensor_slices": models.tensor_data,
    "tensorflow.convert_to_tensor": argument_copied,
    "tensorflow.constant": argument_copied,
    "tensorflow.cast": argument_copied,
    "torch.tensor": argument_copied,
    "torch.from_numpy": argument_copied,
    "torch.FloatTensor": argument_copied,
    "torch.Tensor": argument_copied,
    "torch.utils.data.TensorDataset": models.tensor_data,
    "torch.utils.data.DataLoader": argument_copied,
    "tensorflow.keras.utils.to_categorical": argument_copied,
    "featuretools.dfs": models.synthesized,
    "featuretools.calculate_feature_matrix": models.synthesized,
    "pycaret.classification.setup": models.setup,
    "pycaret.regression.setup": models.setup,
    "matplotlib.pyplot.show": nothing,
}
_PLOTS = ("matplotlib.", "seaborn.", "plotly.", "altair.", "bokeh.", "missingno.", "IPython.display", "pandas.plotting")
_MODELS = ("sklearn.", "xgboost.", "lightgbm.", "catboost.", "tensorflow.keras.Sequential",
           "tensorflow.keras.Model", "tensorflow.keras.models.", "imblearn.",
           "category_encoders.", "feature_engine.", "lifelines.", "pygam.", "ngboost.", "interpret.", "flaml.",
           "autosklearn.", "tpot.", "h2o.estimators.",
           "cuml.", "dask_ml.", "implicit.", "surprise.", "lightfm.", "umap.", "hdbscan.", "kmodes.", "lifetimes.",
           "btyd.", "pymc_marketing.", "sklearn_pandas.", "mlxtend.",
           "sksurv.", "econml.", "causalml.", "pmdarima.", "neuralprophet.", "sktime.", "skforecast.", "autogluon.",
           "pyod.", "snowflake.ml.modeling.",
           "bigframes.ml.", "pyspark.ml.classification", "pyspark.ml.regression", "pyspark.ml.clustering",
           "pyspark.ml.recommendation",
           "pyspark.ml.feature.", "synapse.ml.", "sparkdl.", "tensorflow_decision_forests.",
           "tensorflow.estimator.", "sagemaker.")  # fmt: skip

PREFIXES: tuple[tuple[str, Transfer], ...] = (
    ("sklearn.metrics.", models.scored),
    ("sklearn.datasets.", models.generated),
    ("sklearn.model_selection.", sinks.transformer),
    ("sklearn.utils.", models.scored),
    *((prefix, sinks.estimator) for prefix in _MODELS),
    *((prefix, show) for prefix in _PLOTS),
)
