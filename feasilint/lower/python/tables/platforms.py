"""Objects of platforms that stand for stored data: datastores of Azure ML, assets of Watson, tables of BigQuery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers import settings
from feasilint.lower.python.transfers.common import argument_copied, handed_over, handle, nothing
from feasilint.lower.python.transfers.loading import downloaded, kept
from feasilint.lower.python.transfers.training import part

if TYPE_CHECKING:
    from feasilint.lower.python.call import Table, Transfer

_WATSON = ("ibm_watsonx_ai", "ibm_watson_machine_learning", "watson_machine_learning_client")
_DATASTORE = handle("azureml.datastore")
_VERTEX = ("resource_name", "name", "display_name", "gca_resource", "create_time", "labels")

METHODS: dict[str, Table] = {
    "azureml.workspace": {"get_default_datastore": _DATASTORE},
    "azureml.datastore": {"path": argument_copied},
    "snowflake.task": dict.fromkeys(
        ("get_predecessor_return_value", "get_task_graph_config_property", "get_current_task_name"), handed_over
    ),
    "watson.assets": {
        "create": kept,
        **dict.fromkeys(("get_id", "get_uid", "get_href", "get_details"), argument_copied),
    },
}
PROPERTIES: dict[str, Table] = {
    "artifact": {name: part(name) for name in ("path", "uri")},
    "watson.client": {"data_assets": handle("watson.assets")},
    "vertex.dataset": dict.fromkeys(_VERTEX, nothing),
}
FUNCTIONS: dict[str, Transfer] = {
    **dict.fromkeys(
        (
            f"azureml.core.{place}Workspace{made}"
            for place in ("", "workspace.")
            for made in ("", ".from_config", ".get")
        ),
        handle("azureml.workspace"),
    ),
    **dict.fromkeys((f"azureml.core.{place}Datastore.get" for place in ("", "datastore.")), _DATASTORE),
    "snowflake.core.task.context.TaskContext": handle("snowflake.task"),
    **{f"{package}.APIClient": handle("watson.client") for package in _WATSON},
    **{f"google.cloud.aiplatform.{place}Artifact.create": handle("artifact") for place in ("", "metadata.artifact.")},
    **{f"google.cloud.aiplatform.{place}PipelineJob": settings.pipeline_job for place in ("", "pipeline_jobs.")},
    **dict.fromkeys(("wget.download", "gdown.download"), downloaded),
    **{f"google.cloud.bigquery.{made}.from_string": argument_copied for made in ("TableReference", "Table")},
}
