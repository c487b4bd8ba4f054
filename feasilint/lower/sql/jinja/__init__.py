"""Jinja templates as the SQL they stand for: rendered in a sandbox, without I/O, within a budget, with a map
back to the template.

What only a run would know (a query's result, a variable without a value) stays an `Unknown` and becomes a placeholder.
"""
