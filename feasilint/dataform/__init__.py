"""What a Dataform project says of its models, read from its files; nothing of it is run."""
