"""Learning libraries: models, transformers, splits, native training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers import estimators, fits, formulas, models, transformers
from feasilint.lower.python.transfers.common import argument_copied, handle, nothing, same, show

if TYPE_CHECKING:
    from feasilint.lower.python.call import Table, Transfer

_SPARK_OPTIONS = (
    "InputCol", "InputCols", "OutputCol", "OutputCols", "LabelCol", "FeaturesCol", "PredictionCol", "ProbabilityCol",
    "RawPredictionCol", "WeightCol", "UserCol", "ItemCol", "RatingCol", "HandleInvalid", "StringOrderType", "MaxIter", "MaxDepth",
    "MaxBins", "NumTrees", "RegParam", "ElasticNetParam", "Seed", "K", "Rank", "Alpha", "Tol", "StepSize", "MinDF", "VocabSize",
    "NumFeatures", "Strategy", "WithMean", "WithStd", "DropLast", "ColdStartStrategy", "Iterations", "TrainDir",
)  # fmt: skip

METHODS: dict[str, Table] = {
    "estimator": {
        "fit": fits.fit,
        "fit_generator": fits.fit,
        "partial_fit": fits.fit,
        "fit_predict": fits.fit,
        "train": fits.fit,
        "fit_transform": transformers.fit_transform,
        "transform": transformers.transform,
        "fit_resample": transformers.resampled,
        "fit_sample": transformers.resampled,
        "predict": transformers.predict,
        "predict_proba": transformers.predict,
        "decision_function": transformers.predict,
        "setEstimator": estimators.wrapper,
        "set_params": same,
        "set_output": transformers.set_output,
        "add": nothing,
        "compile": nothing,
        **dict.fromkeys((f"set{name}" for name in _SPARK_OPTIONS), estimators.setter),
        "inverse_transform": argument_copied,
        "split": models.folds,
    },
    "specified": {"fit": fits.fit_specified, "fit_regularized": fits.fit_specified},
    "any": {
        "fit": fits.fit_unknown,
        "train": models.train_unknown,
        "fit_transform": models.transform_unknown,
        "fit_predict": fits.fit_unknown,
        **dict.fromkeys(("predict", "predict_proba", "decision_function"), transformers.predict),
    },
    "implicit": {"fit": fits.fit},
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

_REGRESSIONS = ("OLS", "Logit", "GLM", "Probit", "WLS", "Poisson", "GLS", "MNLogit", "RLM", "NegativeBinomial", "QuantReg",
                "RecursiveLS", "GLSAR", "GEE", "MixedLM", "OrderedModel")  # fmt: skip
_MODULES = ("regression.linear_model", "discrete.discrete_model", "genmod.generalized_linear_model", "robust.robust_linear_model",
            "regression.quantile_regression", "regression.recursive_ls", "miscmodels.ordinal_model")  # fmt: skip

_DASK = ("DaskDMatrix", "DaskDeviceQuantileDMatrix", "DaskQuantileDMatrix")
_SCALING = ("scale", "minmax_scale", "maxabs_scale", "robust_scale", "normalize", "quantile_transform", "power_transform",
            "binarize", "add_dummy_feature")  # fmt: skip

FUNCTIONS: dict[str, Transfer] = {
    "sklearn.model_selection.train_test_split": transformers.split,
    "sklearn.cross_validation.train_test_split": transformers.split,
    "sklearn.preprocessing.model_selection.train_test_split": transformers.split,
    "dask_ml.model_selection.train_test_split": transformers.split,
    "sklearn.pipeline.Pipeline": estimators.pipeline,
    "sklearn.pipeline.make_pipeline": estimators.pipeline,
    "imblearn.pipeline.Pipeline": estimators.pipeline,
    "imblearn.pipeline.make_pipeline": estimators.pipeline,
    **dict.fromkeys(("pyspark.ml.Pipeline", "pyspark.ml.pipeline.Pipeline"), estimators.pipeline),
    "sklearn.pipeline.FeatureUnion": estimators.union,
    "sklearn.pipeline.make_union": estimators.union,
    "sklearn.preprocessing.FunctionTransformer": estimators.function_transformer,
    "sklearn.compose.ColumnTransformer": estimators.column_transformer,
    "sklearn.compose.make_column_transformer": estimators.column_transformer,
    "sklearn.compose.make_column_selector": models.selector,
    **{f"sklearn.model_selection.{name}": estimators.wrapper for name in _WRAPPERS},
    "pyspark.ml.tuning.CrossValidator": estimators.wrapper,
    "pyspark.ml.tuning.TrainValidationSplit": estimators.wrapper,
    "sklearn.grid_search.GridSearchCV": estimators.wrapper,
    "skopt.BayesSearchCV": estimators.wrapper,
    "dask_ml.model_selection.GridSearchCV": estimators.wrapper,
    **{f"sklearn.{name}": estimators.wrapper for name in _META},
    **{f"sklearn.model_selection.{name}": fits.evaluated for name in _EVALUATE},
    **{f"sklearn.cross_validation.{name}": fits.evaluated for name in _EVALUATE},
    "sklearn.base.clone": argument_copied,
    **{f"sklearn.utils.{name}": transformers.shuffled for name in ("shuffle", "resample")},
    **{f"sklearn.preprocessing.{name}": transformers.scaled for name in _SCALING},
    "patsy.dmatrices": formulas.matrices,
    "patsy.dmatrix": formulas.matrices,
    "patsy.highlevel.dmatrices": formulas.matrices,
    "xgboost.DMatrix": _DATA,
    "xgboost.QuantileDMatrix": _DATA,
    "lightgbm.Dataset": _DATA,
    "catboost.Pool": _DATA,
    "catboost_spark.Pool": argument_copied,
    **{f"xgboost.dask.{name}": fits.distributed for name in _DASK},
    "xgboost.dask.train": fits.train,
    "dask_xgboost.train": fits.trained_apart,
    "xgboost.train": fits.train,
    "xgboost.cv": fits.train,
    "lightgbm.train": fits.train,
    "lightgbm.cv": fits.train,
    "catboost.train": fits.train,
    "catboost.cv": fits.train,
    **{f"statsmodels.api.{name}": fits.specified for name in _REGRESSIONS},
    **{f"statsmodels.api.{name}.from_formula": formulas.modelled for name in _REGRESSIONS},
    **{f"statsmodels.{module}.{name}": fits.specified for module in _MODULES for name in _REGRESSIONS},
    "statsmodels.api.add_constant": argument_copied,
    "statsmodels.tools.add_constant": argument_copied,
    "tensorflow.convert_to_tensor": argument_copied,
    "tensorflow.constant": argument_copied,
    "tensorflow.cast": argument_copied,
    "torch.tensor": argument_copied,
    "torch.from_numpy": argument_copied,
    "torch.FloatTensor": argument_copied,
    "torch.Tensor": argument_copied,
    "tensorflow.keras.utils.to_categorical": argument_copied,
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
           "pyod.", "gluonts.", "darts.dataprocessing.", "snowflake.ml.modeling.",
           "bigframes.ml.", "pyspark.ml.classification", "pyspark.ml.regression", "pyspark.ml.clustering",
           "pyspark.ml.recommendation",
           "pyspark.ml.feature.", "synapse.ml.", "catboost_spark.", "pysparkling.ml.", "sparkdl.", "tensorflow_decision_forests.",
           "tensorflow.estimator.", "sagemaker.")  # fmt: skip

_TRANSFORMERS = ("feature_engine.", "category_encoders.", "imblearn.over_sampling", "imblearn.under_sampling", "imblearn.combine",
                 "sklearn_pandas.", "umap.")  # fmt: skip

PREFIXES: tuple[tuple[str, Transfer], ...] = (
    ("statsmodels.formula.", formulas.modelled),
    *((prefix, estimators.transformer) for prefix in _TRANSFORMERS),
    ("sklearn.metrics.", models.scored),
    ("sklearn.datasets.", models.generated),
    ("sklearn.model_selection.", estimators.transformer),
    ("sklearn.utils.", models.scored),
    *((prefix, estimators.estimator) for prefix in _MODELS),
    *((prefix, show) for prefix in _PLOTS),
)
