"""SageMaker: training jobs, and how their data gets to where they read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers import sagemaker
from feasilint.lower.python.transfers.common import constant, handle, nothing

if TYPE_CHECKING:
    from feasilint.lower.python.call import Table, Transfer

METHODS: dict[str, Table] = {
    "sagemaker.session": {
        "upload_data": sagemaker.uploaded_data,
        "default_bucket": constant("{default_bucket}"),
        "upload_string_as_file_body": nothing,
    },
    "file": {"upload_file": sagemaker.uploaded_object, "upload_from_filename": sagemaker.uploaded_object},
    "bucket": {"upload_file": sagemaker.uploaded_into},
    "boto3": dict.fromkeys(
        ("create_training_job", "create_hyper_parameter_tuning_job", "create_auto_ml_job", "create_auto_ml_job_v2"),
        sagemaker.job,
    ),
}

_SESSIONS = ("sagemaker.Session", "sagemaker.session.Session")
_INPUTS = ("sagemaker.inputs.TrainingInput", "sagemaker.TrainingInput", "sagemaker.s3_input", "sagemaker.session.s3_input",
           "sagemaker.inputs.s3_input")  # fmt: skip
_IMAGES = ("sagemaker.image_uris.retrieve", "sagemaker.amazon.amazon_estimator.get_image_uri")

FUNCTIONS: dict[str, Transfer] = {
    **dict.fromkeys(_SESSIONS, handle("sagemaker.session")),
    **dict.fromkeys(_INPUTS, handle("sagemaker.input")),
    **dict.fromkeys(_IMAGES, sagemaker.image),
    "sagemaker.s3.S3Uploader.upload": sagemaker.uploaded_to,
    "sagemaker.estimator.Estimator": sagemaker.estimator,
    "sagemaker.Estimator": sagemaker.estimator,
    "sagemaker.tuner.HyperparameterTuner": sagemaker.tuner,
    "sagemaker.HyperparameterTuner": sagemaker.tuner,
}
