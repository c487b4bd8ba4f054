"""What a feature's forms are worth on data: the only part that reads any."""
