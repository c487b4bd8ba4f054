"""What a dbt project says of its models, read from its files; nothing of it is rendered, run or imported."""
