from feast import FileSource

draft = FileSource(name="draft", path="s3://shop/draft.parquet", timestamp_field="ts")
