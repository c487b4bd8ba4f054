"""What databases are asked of their tables: catalogs only, never rows of tables, nothing that waits for a lock.

The columns are those of the views of an information schema, so that the same readers understand them.
"""

from __future__ import annotations

_POSTGRES_TABLES = """
WITH tables AS (
  SELECT c.oid, c.relkind, c.relowner, current_database() AS table_catalog, n.nspname AS table_schema, c.relname AS table_name
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'm', 'v', 'f') AND NOT c.relispartition AND c.relpersistence <> 't'
    AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
)"""
_POSTGRES_SIZES = """, leaves AS (
  SELECT oid AS root, oid AS leaf FROM tables WHERE relkind <> 'p'
  UNION ALL
  SELECT t.oid, p.relid FROM tables t CROSS JOIN LATERAL pg_catalog.pg_partition_tree(t.oid) p WHERE t.relkind = 'p' AND p.isleaf
), sizes AS ( -- as of the last ANALYZE or VACUUM
  SELECT l.root, l.leaf, c.reltuples AS row_count,
    (c.relpages + coalesce(beside.relpages, 0)) * pg_catalog.current_setting('block_size')::bigint AS bytes
  FROM leaves l JOIN pg_catalog.pg_class c ON c.oid = l.leaf LEFT JOIN pg_catalog.pg_class beside ON beside.oid = c.reltoastrelid
  WHERE c.reltuples > 0
), totals AS (SELECT root, sum(row_count) AS row_count, sum(bytes) AS bytes FROM sizes GROUP BY root)"""
_POSTGRES = tuple("".join(parts) for parts in (
    (_POSTGRES_TABLES, _POSTGRES_SIZES, """
SELECT table_catalog, table_schema, table_name, now() AS read_at,
  (SELECT rolname FROM pg_catalog.pg_roles r WHERE r.oid = relowner AND NOT r.rolsuper) AS table_owner,
  CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'BASE TABLE' END
    AS table_type,
  CASE relkind WHEN 'p' THEN pg_catalog.pg_get_partkeydef(oid) END AS clustering_key,
  pg_catalog.obj_description(oid, 'pg_class') AS comment, row_count, bytes
FROM tables LEFT JOIN totals ON root = oid"""),
    (_POSTGRES_TABLES, """
SELECT table_catalog, table_schema, table_name, a.attname AS column_name, a.attnum AS ordinal_position,
  pg_catalog.format_type(a.atttypid, a.atttypmod) AS data_type, pg_catalog.col_description(t.oid, a.attnum) AS comment
FROM tables t JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid WHERE a.attnum > 0 AND NOT a.attisdropped"""),
    (_POSTGRES_TABLES, """
SELECT table_catalog, table_schema, table_name, k.conname AS constraint_name, a.attname AS column_name, part.at AS key_sequence
FROM tables t JOIN pg_catalog.pg_constraint k ON k.conrelid = t.oid AND k.contype = 'p'
  CROSS JOIN LATERAL unnest(k.conkey) WITH ORDINALITY AS part(number, at)
  JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = part.number"""),
    (_POSTGRES_TABLES, _POSTGRES_SIZES, """
SELECT table_catalog, table_schema, table_name, pg_catalog.pg_get_expr(c.relpartbound, c.oid) AS partition_id,
  s.row_count AS total_rows, s.bytes AS total_logical_bytes
FROM tables t JOIN sizes s ON s.root = t.oid JOIN pg_catalog.pg_class c ON c.oid = s.leaf WHERE t.relkind = 'p'"""),
    (_POSTGRES_TABLES, """
SELECT table_catalog, table_schema, table_name, a.attname AS column_name,
  CASE WHEN d.n_distinct < 0 THEN -d.n_distinct * c.reltuples ELSE d.n_distinct END AS distinct_values
FROM tables t JOIN pg_catalog.pg_class c ON c.oid = t.oid
  JOIN pg_catalog.pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f' AND pg_catalog.cardinality(k.conkey) = 1
  JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.conkey[1]
  JOIN pg_catalog.pg_stats d ON d.schemaname = table_schema AND d.tablename = table_name AND d.attname = a.attname
WHERE d.n_distinct <> 0 AND c.reltuples > 0"""),
))  # fmt: skip

_DUCKDB = (
    """
SELECT database_name AS table_catalog, schema_name AS table_schema, table_name, 'BASE TABLE' AS table_type, comment
FROM duckdb_tables() WHERE NOT internal AND NOT temporary""",
    """
SELECT database_name AS table_catalog, schema_name AS table_schema, view_name AS table_name, 'VIEW' AS table_type, comment
FROM duckdb_views() WHERE NOT internal AND NOT temporary""",
    """
SELECT database_name AS table_catalog, schema_name AS table_schema, table_name, column_name, column_index AS ordinal_position,
  data_type, comment
FROM duckdb_columns() WHERE NOT internal AND database_name <> 'temp'""",
    """
SELECT database_name AS table_catalog, schema_name AS table_schema, table_name, 'PRIMARY' AS constraint_name,
  unnest(constraint_column_names) AS column_name, generate_subscripts(constraint_column_names, 1) AS key_sequence
FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'""",
)

QUERIES: dict[str, tuple[str, ...]] = {"postgresql": _POSTGRES, "duckdb": _DUCKDB}  # by dialect
