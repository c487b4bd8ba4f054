"""Acme's rules for feasilint."""
