"""Names of sources that listings, archives, helpers and callers give: what of them is known."""

from __future__ import annotations

import pytest
from python_lowering import run, sources

from feasilint.api import scan_files

FIT = "\nfrom sklearn.svm import SVC\nSVC().fit(df[['a']], df['y'])"


def told(code: str) -> list[str]:
    return [f.message for f in scan_files({"train.py": code + FIT}).findings if f.code == "FEA002"]


def test_a_name_that_the_environment_holds_is_told() -> None:
    assert told("import os\nimport pandas as pd\ndf = pd.read_csv(os.environ['ORDERS'])") != []


@pytest.mark.parametrize(
    "code",
    [
        "from zipfile import ZipFile\nnames = ZipFile('data/a.zip').namelist()\ndf = pd.read_csv('data/' + names[2])",
        "import tarfile\nnames = tarfile.open('data/a.tgz').getnames()\ndf = pd.read_csv('data/' + names[0])",
        "import boto3\nfound = boto3.client('s3').list_objects_v2(Bucket=bucket, Prefix='raw/')\n"
        "for one in found['Contents']:\n    key = one['Key']\ndf = pd.read_csv(f's3://{bucket}/{key}')",
    ],
    ids=["zip", "tar", "bucket"],
)
def test_a_member_of_what_has_a_name_is_not_told(code: str) -> None:
    assert told("import pandas as pd\n" + code) == []


def test_objects_of_a_bucket_lie_under_their_prefix() -> None:
    code = "import boto3\nimport pandas as pd\nfound = boto3.client('s3').list_objects_v2(Bucket='b', Prefix='raw/')\n"
    assert sources(run(code + "pd.read_csv('s3://b/' + found['Contents'][0]['Key'])")) == ["s3://b/raw/{any file}"]


def test_an_address_is_split_into_bucket_and_key() -> None:
    code = "import boto3\nfrom awscli.customizations.s3.utils import split_s3_bucket_key\n"
    code += "for one in ['s3://b/raw/x.csv']:\n    bucket, key = split_s3_bucket_key(one)\n"
    code += "    boto3.client('s3').download_file(bucket, key, 'x.csv')"
    assert sources(run(code)) == ["s3://b/raw/x.csv"]
    assert sources(run(code.replace("s3://b/raw/x.csv", "here"))) != ["s3://here/"]


def test_parts_of_an_argument_that_nobody_passes_are_not_told() -> None:
    code = (
        "import pandas as pd\nfrom ast import literal_eval as parts\ndef train(given: str):\n    given = parts(given)\n"
    )
    code += "    df = pd.read_csv(given[1])" + FIT.replace("\n", "\n    ")
    assert [f.code for f in scan_files({"train.py": code}).findings] == []
    called = code + "\nimport os\ntrain(os.environ['ORDERS'])"
    assert [f.code for f in scan_files({"train.py": called}).findings] == ["FEA002"]
