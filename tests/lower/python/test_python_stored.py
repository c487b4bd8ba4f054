"""Objects of stores, responses, messages of streams, query files, and queries with pieces that are not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from python_lowering import columns, frame, measures, run, sources, write

from feasilint.ir import Aggregate, Measure, Scan

if TYPE_CHECKING:
    from pathlib import Path

    from feasilint.ir import Program

START = """
import io, json, urllib.request, zipfile
import boto3, httpx, kafka, pandas as pd, requests
from azure.storage.blob import BlobServiceClient
from confluent_kafka import Consumer
from google.cloud import storage
"""


@pytest.mark.parametrize(
    "code",
    [
        "session = requests.Session()\nsession.headers.update({'a': 'b'})",
        "consumer = Consumer({'group.id': 'a'})\nmessage = consumer.poll(1)",
        "archive = zipfile.ZipFile('orders.zip')\narchive.namelist()",
        "text = open('README.md').read()\nprint(text)",
        "df = pd.DataFrame(json.loads('[{\"a\": 1}]'))",
        "client = boto3.client('s3')\nbody = client.get_object(Bucket='b', Key='k')['Body'].read()",
    ],
)
def test_what_is_only_opened_is_no_source(code: str):
    assert sources(run(START + code)) == []


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("s = requests.Session()\ns.headers.update({})\ndf = pd.DataFrame(s.get('https://a.io/x').json())", "https://a.io/x"),
        ("df = pd.DataFrame(requests.request('GET', 'https://a.io/x').json())", "https://a.io/x"),
        ("with httpx.Client() as c:\n    df = pd.DataFrame(c.get('https://a.io/x').json())", "https://a.io/x"),
        (
            "with urllib.request.urlopen('https://a.io/x') as r:\n    df = pd.DataFrame(json.load(r))",
            "https://a.io/x",
        ),
        ("df = pd.DataFrame(json.loads(requests.get('https://a.io/x').text))", "https://a.io/x"),
        ("df = pd.read_csv(io.StringIO(requests.get('https://a.io/x').text))", "https://a.io/x"),
        ("o = boto3.client('s3').get_object(Bucket='b', Key='k.csv')\ndf = pd.read_csv(io.BytesIO(o['Body'].read()))", "s3://b/k.csv"),
        ("df = pd.read_csv(boto3.resource('s3').Object('b', 'k.csv').get()['Body'])", "s3://b/k.csv"),
        ("b = storage.Client().get_bucket('b')\ndf = pd.read_csv(io.BytesIO(b.get_blob('k.csv').download_as_bytes()))", "gs://b/k.csv"),
        (
            "s = BlobServiceClient.from_connection_string('x')\nc = s.get_blob_client(container='b', blob='k.csv')\n"
            "df = pd.read_csv(io.StringIO(c.download_blob().readall().decode()))",
            "az://b/k.csv",
        ),
        (
            "c = BlobServiceClient('x').get_container_client('b')\n"
            "df = pd.read_csv(io.BytesIO(c.download_blob('k.csv').readall()))",
            "az://b/k.csv",
        ),
        ("with zipfile.ZipFile('orders.zip') as z:\n    df = pd.read_csv(z.open('orders.csv'))", "orders.zip"),
    ],
)  # fmt: skip
def test_what_is_read_of_an_object_or_response_is_its_content(code: str, name: str):
    relation = frame(START + code)
    assert isinstance(relation, Scan)
    assert relation.source.name == name
    assert columns(relation) == ["*"]


def test_a_blob_that_is_downloaded_is_the_local_file():
    code = "storage.Client().bucket('b').blob('k.csv').download_to_filename('k.csv')"
    program = run(START + code)
    assert sources(program) == ["gs://b/k.csv"]
    assert write(program).target.name == "k.csv"


@pytest.mark.parametrize(
    "code",
    [
        "rows = [m.value for m in kafka.KafkaConsumer('payments')]",
        "c = Consumer({})\nc.subscribe(['payments'])\nrows = []\nwhile True:\n    m = c.poll(1)\n"
        "    if m is None:\n        break\n    rows.append(json.loads(m.value()))",
    ],
)
def test_messages_of_a_topic_are_rows_of_a_stream(code: str):
    program = run(f"{START}{code}\ndf = pd.DataFrame(rows)")
    assert [(r.source.name, r.source.kind) for r in program.relations if isinstance(r, Scan)] == [
        ("payments", "stream")
    ]


# --- queries ---


@pytest.mark.parametrize(
    "query",
    [
        "f\"select x from t where d = '{os.environ['DAY']}'\"",
        "\"select x from t where d = '{d}'\".format(d=settings['day'])",
        "\"select x from t where d = '%s'\" % settings['day']",
        "\"select x from t where d = '\" + settings['day'] + \"'\"",
        "f\"select x from t where d in ('{settings.get('a')}', '{settings['b']}') and e in ({','.join(names)})\"",
    ],
)
def test_quotes_in_a_piece_that_is_not_known_end_no_text(query: str):
    program = run(f"import os\nimport pandas as pd\ndf = pd.read_sql({query}, con)")
    assert sources(program) == ["t"]
    assert program.diagnostics == ()


def test_a_text_that_is_no_query_stays_unread(tmp_path: Path):
    (tmp_path / "notes.sql").write_text("select")
    assert sources(run("text = open('notes.sql').read()", root=str(tmp_path), path=str(tmp_path / "a.py"))) == []


@pytest.mark.parametrize("text", ["open('q.sql').read()", "Path('q.sql').read_text()"])
def test_a_query_that_stands_in_a_file_is_read(text: str, tmp_path: Path):
    (tmp_path / "q.sql").write_text("select user_id, sum(x) as s from t where d > '{day}' group by user_id")
    code = f"import pandas as pd\nfrom pathlib import Path\ndf = pd.read_sql({text}.format(day='2024-01-01'), con)"
    program = run(code, root=str(tmp_path), path=str(tmp_path / "a.py"))
    assert sources(program) == ["t"]
    assert measures(program) == ["sum(x) by user_id"]


QUERY = "select user_id,\n  sum(x) as s\nfrom t\ngroup by user_id"
MODULE = """import pandas as pd


def load(con):
    return pd.read_sql('''
        select u, sum(x) as s
        from t group by u
    ''', con)


def n(df):
    return df.groupby('u').s.max()
"""


def standing(program: Program) -> list[tuple[int, str | None]]:
    """The line of the document at which each measure stands, and where it is written instead."""
    made = [output for one in program.relations if isinstance(one, Aggregate) for output in one.measures]
    origins = [one.expression.origin or one.origin for one in made if isinstance(one.expression, Measure)]
    return [(origin.span.line, origin.written) for origin in origins if origin is not None]


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("\nq = open('q.sql').read()\n\ndf = pd.read_sql(q, con)\n", 5),
        ("q = open('q.sql').read()\nq = q.replace('${day}', '2024')\n\n\ndf = pd.read_sql(q,\n con)\n", 6),
        ("def build(path):\n  q = open(path).read()\n  return pd.read_sql(q, con)\ndf = build('q.sql')", 4),
    ],
)
def test_a_query_of_a_file_stands_at_its_call_and_is_written_in_the_file(code: str, line: int, tmp_path: Path):
    (tmp_path / "q.sql").write_text(QUERY)
    program = run(f"import pandas as pd\n{code}\n\n\n\n\n", root=str(tmp_path), path=str(tmp_path / "a.py"))
    assert standing(program) == [(line, "q.sql:2")]


def test_what_an_imported_file_computes_stands_at_the_import_and_is_written_there(tmp_path: Path):
    (tmp_path / "made.py").write_text(MODULE)
    code = "\nfrom made import load, n\nr = n(load(con))\n"
    program = run(code, root=str(tmp_path), path=str(tmp_path / "a.py"))
    written = str(tmp_path / "made.py")
    assert standing(program) == [(2, f"{written}:6"), (2, f"{written}:12")]


def test_an_imported_file_is_called_as_the_document_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "jobs" / "daily").mkdir(parents=True)
    (tmp_path / "jobs" / "made.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    program = run("from made import load\nr = load(con)\n", root=".", path="jobs/daily/a.py")
    assert standing(program) == [(1, "jobs/made.py:6")]


def test_what_the_document_holds_is_written_there():
    assert standing(run('import pandas as pd\ndf = pd.read_sql("""\nselect sum(x) as s from t""", con)')) == [(3, None)]


@pytest.mark.parametrize(
    ("literal", "line"),
    [
        ('"select u, "\n"count(*) as n, "\n\n"sum(x) as s "\n"from t group by u"', 7),
        ('f"select u, "\nf"\\n{what} as x, "\nf"sum(x) as s "\nf"from {table} group by u"', 6),
        ('f"select u, {known} "\nf"as k, sum(x) as s from {table} "\nf"group by u, {known}"', 5),
        ('"select u, count(*) " +\n"as n, sum(x) as s " + \n"from t group by u"', 5),
    ],
)
def test_a_query_that_is_joined_over_lines_stands_where_its_words_do(literal: str, line: int):
    program = run(f"import pandas as pd\nknown = 'region'\ndf = pd.read_sql(\n{literal}, con)")
    assert standing(program)[-1] == (line, None)
    (last,) = [m for r in program.relations if isinstance(r, Aggregate) for m in r.measures][-1:]
    assert isinstance(last.expression, Measure)
    assert last.expression.origin is not None
    span = last.expression.origin.span
    assert (span.end_line, span.end_column - span.column) == (line, len("sum(x)"))


# --- what is written ---


@pytest.mark.parametrize(
    "code", ["with pd.ExcelWriter('x.xlsx') as w:\n    pass", "import awswrangler as wr\nwr.redshift.connect('x')"]
)
def test_a_writer_alone_stores_nothing(code: str):
    assert run(START + code).sinks == ()


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("import pandas_gbq\npandas_gbq.to_gbq(df, 'd.features')", "d.features"),
        ("from snowflake.connector.pandas_tools import write_pandas\nwrite_pandas(con, df, 'FEATURES', schema='ML')", "ML.FEATURES"),
        ("import awswrangler as wr\nwr.redshift.to_sql(df=df, con=con, table='t', schema='s')", "s.t"),
        ("import awswrangler as wr\nwr.postgresql.to_sql(df, con, 't', 's')", "t"),
        ("with pd.ExcelWriter('x.xlsx') as w:\n    df.to_excel(w, sheet_name='a')", "x.xlsx"),
        ("from feast import FeatureStore\nFeatureStore('.').push('clicks', df)", "clicks"),
        ("from feast import FeatureStore\nFeatureStore('.').write_to_online_store(feature_view_name='fv', df=df)", "fv"),
    ],
)  # fmt: skip
def test_where_frames_are_stored(code: str, name: str):
    assert write(run(f"{START}df = pd.read_csv('a.csv')\n{code}")).target.name == name


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("Template('select x from $s.t where d > 1').substitute(s='mart')", "mart.t"),
        ("Template('select x from ${s}.t').safe_substitute({'s': 'mart'})", "mart.t"),
        ("Template('select x from $s_old.t').substitute(s='mart')", "$s_old.t"),
        ("J('select x from {{ s }}.t {% if y %} where y = 1 {% endif %}').render(s='mart')", "mart.t"),
        ("Environment().from_string('select x from {{s}}.t').render(s='mart')", "mart.t"),
    ],
)
def test_templates_are_filled(query: str, name: str):
    code = f"import pandas as pd\nfrom string import Template\nfrom jinja2 import Environment, Template as J\npd.read_sql({query}, c)"
    assert sources(run(code)) == [name]
