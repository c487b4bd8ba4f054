"""Training jobs of SageMaker: the data goes through files and addresses, and arrives with its columns."""

from __future__ import annotations

import pytest
from python_lowering import PANDAS, run, sources

import feasilint

WRITE = PANDAS + "import boto3, os, sagemaker\ntx[['y', 'a', 'b']].to_csv('train.csv', header=False, index=False)\n"
XGBOOST = "model = sagemaker.estimator.Estimator(sagemaker.image_uris.retrieve('xgboost', 'eu-1', '1.5'), 'role')\n"


def model(code: str) -> tuple[list[str], list[str]]:
    found = feasilint.inspect_source(WRITE + code, kind="python")["models"]
    assert len(found) == 1
    return found[0]["features"], found[0]["label"]


def test_a_model_that_is_uploaded_is_no_source():
    code = "from google.cloud import storage\nstorage.Client().bucket('b').blob('m/model.pkl').upload_from_filename('model.pkl')"
    assert sources(run(code)) == []


@pytest.mark.parametrize(
    "upload",
    [
        "where = sagemaker.Session().upload_data('train.csv', bucket='b', key_prefix='p')",
        "session = sagemaker.Session()\nwhere = session.upload_data('train.csv', session.default_bucket(), 'p')",
        "from sagemaker.s3 import S3Uploader\nwhere = S3Uploader.upload('train.csv', 's3://b/p')",
        "boto3.Session().resource('s3').Bucket('b').Object(os.path.join('p', 'train/train.csv')).upload_file('train.csv')\n"
        "where = sagemaker.inputs.TrainingInput(s3_data='s3://{}/{}/train'.format('b', 'p'), content_type='csv')",
        "boto3.resource('s3').Bucket('b').upload_file('train.csv', 'p/train.csv')\nwhere = 's3://b/p/train.csv'",
        "tx[['y', 'a', 'b']].to_csv('s3://b/p/x.csv')\nwhere = sagemaker.TrainingInput('s3://b/p/')",
    ],
)
def test_ways_to_upload(upload: str):
    assert model(f"{upload}\n{XGBOOST}model.fit({{'train': where}})") == (["a", "b"], ["y"])


def test_only_some_algorithms_take_the_first_column_as_the_label():
    code = "from sagemaker.sklearn.estimator import SKLearn\nSKLearn(entry_point='t.py').fit({'train': 'train.csv'})"
    assert model(code) == (["y", "a", "b"], [])


def test_folders_are_uploaded_file_by_file():
    code = "tx[['y', 'a']].to_csv('data/x.csv')\nwhere = sagemaker.Session().upload_data(path='data', bucket='b', key_prefix='p')\n"
    assert model(code + XGBOOST + "model.fit({'train': where})") == (["a"], ["y"])


def test_a_search_trains_its_estimator():
    code = "from sagemaker.tuner import HyperparameterTuner\n" + XGBOOST
    code += "HyperparameterTuner(model, 'auc', {}).fit({'train': 'train.csv'})"
    assert model(code) == (["a", "b"], ["y"])


UPLOAD = (
    "boto3.resource('s3').Bucket('b').upload_file('train.csv', 'p/train.csv')\nclient = boto3.client('sagemaker')\n"
)
CHANNELS = (
    "[{'ChannelName': 'validation', 'DataSource': {'S3DataSource': {'S3Uri': 's3://b/p/valid.csv'}}},"
    " {'ChannelName': 'train', 'DataSource': {'S3DataSource': {'S3Uri': 's3://b/p/train.csv'}}}]"
)
IMAGE = "{'TrainingImage': sagemaker.image_uris.retrieve('xgboost', 'eu-1'), 'TrainingInputMode': 'File'}"


@pytest.mark.parametrize(
    "job",
    [
        f"client.create_training_job(TrainingJobName='j', AlgorithmSpecification={IMAGE}, InputDataConfig={CHANNELS})",
        f"given = {{'AlgorithmSpecification': {IMAGE}, 'InputDataConfig': {CHANNELS}}}\nclient.create_training_job(**given)",
        "client.create_hyper_parameter_tuning_job(HyperParameterTuningJobName='t', TrainingJobDefinition="
        f"{{'AlgorithmSpecification': {IMAGE}, 'InputDataConfig': {CHANNELS}}})",
        "client.create_auto_ml_job(AutoMLJobName='a', InputDataConfig=[{'DataSource': {'S3DataSource': {'S3Uri': 's3://b/p/train.csv'}},"
        " 'TargetAttributeName': 'y'}])",
        f"client.create_auto_ml_job_v2(AutoMLJobInputDataConfig={CHANNELS}, AutoMLProblemTypeConfig="
        "{'TabularJobConfig': {'TargetAttributeName': 'y'}})",
    ],
)
def test_jobs_by_the_names_of_the_service(job: str):
    assert model(UPLOAD + job) == (["a", "b"], ["y"])


@pytest.mark.parametrize(
    "job", ["client.create_training_job(**unknown)", "client.create_training_job(InputDataConfig=[])"]
)
def test_jobs_whose_data_nobody_knows(job: str):
    assert feasilint.inspect_source(WRITE + UPLOAD + job, kind="python")["models"] == []
