"""What a document itself calls its scripts and pipelines with, and files that a listing names."""

from __future__ import annotations

import pytest
from python_lowering import columns, run, sources

SCRIPT = """%%writefile trainer/task.py
import argparse
import pandas as pd
parser = argparse.ArgumentParser()
parser.add_argument('--train-data', dest='data', required=True, help='where the data is')
args = parser.parse_args()
df = pd.read_csv(args.data)
"""


@pytest.mark.parametrize(
    "call",
    [
        "!python -m trainer.task --train-data $DATA",
        "!python -m trainer.task --train-data=${BUCKET}/{NAME}",
        "cmd = ['--train-data', data.path()]",
        "cmd = ['--train-data', None]",
        "!python -m trainer.task --train-data-too=x.csv",
        "!python -m trainer.task --train-data --verbose",
        "DATA = made('x')\n!python -m trainer.task --train-data $DATA",
        "DATA = f'{DATA}'\n!python -m trainer.task --train-data $DATA",
    ],
    ids=["a variable of nowhere", "two of them", "code", "nothing", "another argument", "a flag", "a value of code",
         "a circle"],
)  # fmt: skip
def test_an_argument_that_the_document_does_not_give_is_a_hole(call: str):
    assert sources(run(SCRIPT, call)) == ["{data}"]


def test_what_a_script_asks_for_that_nothing_runs_is_known_to_who_runs_it():
    assert sources(run(SCRIPT)) == ["{argument data}"]
    assert sources(run(SCRIPT.replace("required=True, ", ""))) == ["{data}"]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("!python -m trainer.task --train-data data/x.csv --epochs 1", "data/x.csv"),
        ("!python -m trainer.task --train_data='data/x.csv'", "data/x.csv"),
        ("!gcloud jobs submit --args=--train-data=gs://b/x.csv,--epochs=1", "gs://b/x.csv"),
        ("!gcloud submit --train-data=gs://${BUCKET}/train*.csv", "gs://{BUCKET}/train*.csv"),
        ("%%bash\nDATA=gs://${BUCKET}/x.csv\npython -m trainer.task --train-data $DATA \\\n  --epochs 1", "gs://{BUCKET}/x.csv"),
        ("BUCKET = 'shop'\nDATA = f'gs://{BUCKET}/x.csv'\nargs = ['--train-data', DATA, '--epochs']", "gs://shop/x.csv"),
        ("DATA = 'x.csv'\nargs = ['--train-data=' + DATA]", "x.csv"),
        ("DATA = 'data/x.csv'\nargs = [f'--train-data={DATA}']", "data/x.csv"),
        ("job = command(command='python task.py --train-data ${{inputs.data}}',\n"
         "  inputs=dict(data=Input(type='uri_file', path='https://host/x.csv'), n=1))", "https://host/x.csv"),
    ],
)  # fmt: skip
def test_an_argument_is_what_the_document_calls_its_script_with(call: str, name: str):
    assert sources(run(SCRIPT, call)) == [name]


@pytest.mark.parametrize("taken", ["args.__dict__['data']", "vars(args)['data']", "args.__dict__.get('data')"])
def test_arguments_are_also_known_by_name(taken: str):
    call = "!python -m trainer.task --train-data data/x.csv"
    assert sources(run(SCRIPT.replace("args.data", taken), call)) == ["data/x.csv"]


def test_a_function_that_takes_the_command_line_is_called_with_it():
    script = "%%writefile train.py\nimport fire\nimport pandas as pd\n{}\nfire.Fire(train)"
    function = "def train(train_path, alpha):\n    return pd.read_csv(train_path)"
    assert sources(run(script.format(function), "!python train.py --train_path=data/x.csv")) == ["data/x.csv"]
    assert sources(run(script.format(function), "!python train.py --alpha=1")) == ["{train_path}"]


def test_a_script_may_be_written_before_the_modules_that_it_imports():
    task = "%%writefile trainer/task.py\nfrom trainer import model\nmodel.train('x.csv')"
    model = "%%writefile trainer/model.py\nimport pandas as pd\ndef train(path):\n    return pd.read_csv(path)"
    assert sources(run(task, model)) == sources(run(model, task)) == ["x.csv"]


def test_a_pipeline_is_run_with_the_values_of_its_job():
    code = "from google.cloud import aiplatform\nimport pandas as pd\nfrom kfp import dsl\n{}def pipe(uri: str):\n    pd.read_csv(uri)\n"
    job = "aiplatform.PipelineJob(template_path='p.json', parameter_values={'uri': 'gs://b/x.csv'})"
    assert sources(run(code.format("@dsl.pipeline(name='p')\n"), job)) == ["gs://b/x.csv"]
    assert sources(run(code.format(""), job)) == ["{argument uri}"]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("for f in os.listdir('raw'):\n    df = pd.read_csv('raw/' + f)", "raw/{any file}"),
        ("for f in os.listdir('raw'):\n    df = pd.read_csv(f)", "{any file}"),
        ("for folder, _, files in os.walk('raw'):\n    for f in files:\n        df = pd.read_csv(os.path.join(folder, f))", "raw/{any file}"),
        ("import tensorflow as tf\nfor f in tf.data.Dataset.list_files(['raw/*.csv']):\n    df = pd.read_csv(f.numpy().decode())",
         "raw/*.csv"),
        ("import tensorflow as tf\nfor f in tf.io.gfile.glob('raw/*.csv'):\n    df = pd.read_csv(f)", "raw/*.csv"),
        ("path = 'http://host/data/x.csv' if far else 'data/x.csv'\ndf = pd.read_csv(path)", "{folder}/data/x.csv"),
        ("df = pd.read_csv(uri.replace('gs://', '/gcs/').strip())", "{uri}"),
    ],
)  # fmt: skip
def test_files_of_a_listing_and_of_two_places_have_a_name(code: str, name: str):
    assert sources(run(f"import os\nimport pandas as pd\n{code}\n")) == [name]


def test_a_stamp_says_what_it_is():
    code = "import pandas as pd\nfrom datetime import datetime\ns = datetime.now().strftime('%Y')\ndf = pd.read_csv('raw/x-' + s)\n"
    assert sources(run(code)) == ["raw/x-{strftime(s)}"]


def test_paths_of_two_files_are_no_name():
    code = "import pandas as pd\ndf = pd.read_csv('data/x.csv' if far else 'data/y.csv')\n"
    assert [name for name in sources(run(code)) if "{" not in name] == []


def test_a_query_may_begin_with_comments():
    code = "from google.cloud import bigquery\nquery = '''\n#standardSQL\n-- rows\nSELECT a FROM shop.orders'''\n"
    code += "df = bigquery.Client().query(query).to_dataframe()\n"
    assert sources(run(code)) == ["shop.orders"]


def test_an_artifact_of_a_pipeline_is_named_after_its_parameter():
    code = "import pandas as pd\nfrom kfp.dsl import Dataset, Input, InputPath, component\n@component\ndef train({}):\n    pd.read_csv({})\n"
    assert sources(run(code.format("rows: Input[Dataset]", "rows.path"))) == ["{artifact rows}"]
    assert sources(run(code.format("rows: Input[Dataset]", "rows.uri"))) == ["{artifact rows}"]
    call = "with dsl.pipeline('p'):\n    train(rows=other().outputs['rows'])"
    assert sources(run(code.format("rows: Input[Dataset]", "rows.path"), call)) == ["{artifact rows}"]
    first = "@component\ndef first():\n    pass\ntrain(first().output)"
    assert sources(run(code.format("rows: Input[Dataset]", "rows.path"), first)) == ["{artifact rows}"]
    made = "from google.cloud import aiplatform\nimport pandas as pd\nraw = aiplatform.Artifact.create(uri='gs://b/x.csv')\n"
    assert sources(run(made + "pd.read_csv(raw.uri)")) == ["gs://b/x.csv"]


def test_parts_of_a_public_data_set_are_no_columns():
    code = "from datasets import load_dataset\nds = load_dataset('org/set')\nrows = ds['train'].filter(len).remove_columns('a')\n"
    code += "parts = rows.train_test_split(test_size=0.1)\nr = parts['train'].to_pandas()[['x']]\n"
    program = run(code)
    assert sources(program) == ["huggingface:org/set"]
    assert columns(program.relations[-1]) == ["x"]


def test_a_pipeline_calls_its_steps_before_they_are_read_alone():
    step = "import pandas as pd\nfrom kfp import dsl\n@dsl.component\ndef step(uri: str):\n    pd.read_csv(uri.replace('gs://', '/gcs/'))\n"
    pipe = "@dsl.pipeline\ndef pipe(uri: str):\n    step(uri)\n"
    job = "from google.cloud import aiplatform\naiplatform.PipelineJob(parameter_values={'uri': 'gs://b/x.csv'})"
    assert sources(run(step + pipe, job)) == ["/gcs/b/x.csv"]


def test_a_procedure_is_called_by_its_name():
    code = "from snowflake.snowpark import Session\nsession = Session.builder.getOrCreate()\ndef train(session: Session, name):\n"
    code += "    session.table(name).count()\nsession.sproc.register(func=train, name='trained')\n{}"
    assert sources(run(code.format("session.call('trained', 'ORDERS')"))) == ["ORDERS"]
    assert sources(run(code.format("session.call('other', 'ORDERS')"))) == ["{argument name}"]
    made = "from snowflake.snowpark import functions as F\ncalled = F.sproc(train, session=session)\ncalled('ORDERS')"
    assert sources(run(code.format(made))) == ["ORDERS"]


@pytest.mark.parametrize("mark", ["%", "%%"])
def test_a_query_of_datalab_has_the_name_that_its_cell_gives_it(mark: str):
    query = f"{mark}bq query -n trips\nSELECT day FROM shop.trips WHERE year = @YEAR"
    program = run(query, "df = trips.execute(query_params=p).result().to_dataframe()\nr = df[['day']]")
    assert sources(program) == ["shop.trips"]
    assert columns(program.relations[-1]) == ["day"]


def test_pylab_brings_the_names_of_numpy():
    program = run(
        "%pylab inline\nimport pandas as pd\ndf = pd.read_csv('x.csv')\nx = array(df[['a']])\nr = pd.DataFrame(x)"
    )
    assert sources(program) == ["x.csv"]
    assert columns(program.relations[-1]) == ["a"]


def test_objects_of_a_bucket_are_those_under_a_prefix():
    code = "import boto3\nimport io\nimport pandas as pd\nbucket = boto3.resource('s3').Bucket('shop')\n"
    code += "for one in bucket.objects.{}:\n    df = pd.read_csv(io.BytesIO(one.get()['Body'].read()))\n"
    assert sources(run(code.format("filter(Prefix='raw/')"))) == ["s3://shop/raw/{any file}"]
    assert sources(run(code.format("all()"))) == ["s3://shop/{any file}"]
