"""Data sets that come with libraries, by their loaders, with their columns where they never change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers import datasets as sets

if TYPE_CHECKING:
    from feasilint.lower.python.call import Table, Transfer

_CALIFORNIA = ("MedInc", "HouseAge", "AveRooms", "AveBedrms", "Population", "AveOccup", "Latitude", "Longitude")
_IRIS = ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)")
_DIABETES = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")
_BOSTON = ("CRIM", "ZN", "INDUS", "CHAS", "NOX", "RM", "AGE", "DIS", "RAD", "TAX", "PTRATIO", "B", "LSTAT")
_WINE = ("alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids",
         "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280/od315_of_diluted_wines",
         "proline")  # fmt: skip
_CELL = ("radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points", "symmetry",
         "fractal dimension")  # fmt: skip
_CANCER = (
    *(f"mean {name}" for name in _CELL),
    *(f"{name} error" for name in _CELL),
    *(f"worst {name}" for name in _CELL),
)
_ADULT = ("Age", "Workclass", "Education-Num", "Marital Status", "Occupation", "Relationship", "Race", "Sex",
          "Capital Gain", "Capital Loss", "Hours per week", "Country")  # fmt: skip

METHODS: dict[str, Table] = {
    "bunch": {"__getitem__": sets.item},
    "darts.dataset": {"load": sets.loaded("darts")},
}

FUNCTIONS: dict[str, Transfer] = {
    "sklearn.datasets.load_iris": sets.bunch(_IRIS),
    "sklearn.datasets.load_wine": sets.bunch(_WINE),
    "sklearn.datasets.load_breast_cancer": sets.bunch(_CANCER),
    "sklearn.datasets.load_diabetes": sets.bunch(_DIABETES),
    "sklearn.datasets.load_boston": sets.bunch(_BOSTON),
    "sklearn.datasets.fetch_california_housing": sets.bunch(_CALIFORNIA, "MedHouseVal"),
    "shap.datasets.adult": sets.pair(_ADULT),
    "shap.datasets.california": sets.pair(_CALIFORNIA),
    "shap.datasets.boston": sets.pair(_BOSTON),
    "shap.datasets.iris": sets.pair(_IRIS),
    "shap.datasets.diabetes": sets.pair(_DIABETES),
    **{f"catboost.datasets.{name}": sets.halves
       for name in ("titanic", "amazon", "adult", "epsilon", "higgs", "imdb", "msrank", "msrank_10k", "rotten_tomatoes")},
    "tensorflow_datasets.load": sets.tfds,
    "pycaret.datasets.get_data": sets.frame(),
    "pydataset.data": sets.frame(),
    "surprise.Dataset.load_builtin": sets.data_set,
    **{f"{place}datasets.get_rdataset": sets.described for place in ("statsmodels.api.", "statsmodels.")},
}  # fmt: skip

PREFIXES: tuple[tuple[str, Transfer], ...] = (
    ("shap.datasets.", sets.pair()),
    ("catboost.datasets.", sets.frame()),
    ("tensorflow.keras.datasets.", sets.halved_pairs),
    ("statsmodels.api.datasets.", sets.described),
    ("statsmodels.datasets.", sets.described),
    ("lifetimes.datasets.", sets.frame()),
    ("darts.datasets.", sets.class_of("darts.dataset")),
    ("torchvision.datasets.", sets.data_set),
    ("plotly.express.data.", sets.frame()),
    ("vega_datasets.data.", sets.frame()),
    ("merlin.datasets.", sets.frame()),
)
