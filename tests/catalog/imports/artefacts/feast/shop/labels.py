from entities import user
from feast import Field, FileSource, LabelView, PushSource
from feast.types import Int64, String
from settings import DATA

verdicts = PushSource(
    name="verdicts",
    batch_source=FileSource(name="verdict_file", path=str(DATA / "verdicts.parquet"), timestamp_field="said_at"),
)
fraud_labels = LabelView(
    name="fraud_labels",
    entities=[user],
    schema=[
        Field(name="user_id", dtype=Int64),
        Field(name="is_fraud", dtype=Int64),
        Field(name="labeler", dtype=String),
    ],
    source=verdicts,
    owner="trust",
)
