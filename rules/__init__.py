"""The built-in rules, one per file; installed as `feasilint_rules`."""
