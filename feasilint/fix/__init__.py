"""Follows suggestions in place: edits of documents, judged again before anything is written."""
