"""Which dialect a text is written in, when nobody says."""

from __future__ import annotations

import re

LADDER = (
    "",
    "bigquery",
    "snowflake",
    "databricks",
    "postgres",
    "duckdb",
    "tsql",
    "mysql",
    "redshift",
    "clickhouse",
    "oracle",
    "trino",
)
"""The dialects tried one after the other on a statement that does not parse."""

_MARKS: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("bigquery", 4, (
        r"`[\w-]+\.[\w-]+\.[\w*$-]+`", r"`\{\{[^`\n]*\}\}\.[^`\n]*`", r"\bsafe_cast\s*\(",
        r"\bsafe_divide\s*\(", r"\bml\.\w+\s*\(", r"\bcreate\s+(?:or\s+replace\s+)?model\b",
    )),
    ("bigquery", 3, (
        r"\bsafe_offset\s*\(", r"\[\s*offset\s*\(", r"\bexcept\s*\(\s*\w+\s*[,)]", r"\bselect\s+as\s+struct\b",
        r"\bint64\b", r"\bfloat64\b",
    )),
    ("bigquery", 2, (
        r"\b(?:timestamp|datetime)_(?:sub|add|diff)\s*\(", r"\bdate_(?:sub|add)\s*\([^;]{1,60}\binterval\b", r"\bcountif\s*\(",
        r"\bdate_diff\s*\([^;]{1,80},\s*(?:day|week|month|year)\s*\)", r"\bapprox_quantiles\s*\(", r"\b_table_suffix\b",
        r"#standardsql", r"\bparse_date\s*\(", r"\bunnest\s*\(\s*\[",
    )),
    ("snowflake", 4, (
        r"\bflatten\s*\(\s*input\b", r"\bdynamic\s+table\b", r"\biff\s*\(", r"\bzeroifnull\s*\(", r"\bto_variant\s*\(",
        r"\bobject_construct\s*\(", r"\bcopy\s+into\b",
        r"\bexecute\s+immediate\s+\$\$", r"\buse\s+warehouse\b", r"\bcreate\s+(?:or\s+replace\s+)?(?:warehouse|file\s+format)\b",
    )),
    ("snowflake", 2, (r"^[ \t]*//[^/\n]",)),  # a comment
    ("snowflake", 2, (
        r"\bas\s+\$\$", r"\$\$\s*(?:begin|declare)\b",
        r"\bto_timestamp_(?:ntz|ltz|tz)\b", r"\bdateadd\s*\(\s*'?\w+'?\s*,", r"\btimestamp_(?:ntz|ltz|tz)\b", r"\bdiv0\s*\(",
        r"\bratio_to_report\b", r"\w:\w+::\w", r"\bcurrent_date\s*\(\s*\)",
    )),
    ("databricks", 4, (
        r"\blateral\s+view\b", r"\b(?:temp|temporary)\s+view\b", r"\busing\s+(?:delta|parquet|csv|json)\b",
        r"\b(?:delta|parquet|csv|json|orc)\.`", r"\bcollect_(?:list|set)\s*\(",
    )),
    ("databricks", 2, (
        r"\bdate_(?:sub|add)\s*\([^;]{1,60},\s*\d+\s*\)", r"\bpercentile_approx\s*\(", r"\bexplode\s*\(",
        r"\bdistribute\s+by\b", r"\bfrom_unixtime\s*\(",
    )),
    ("postgres", 9, (r"\blanguage\s+'?plpgsql\b",)),
    ("postgres", 3, (
        r"\bdistinct\s+on\s*\(", r"\bgenerate_series\s*\(", r"\bjsonb_\w+\s*\(", r"->>", r"\breturning\b", r"\bon\s+conflict\b",
        r"::(?:interval|jsonb|text|regclass|timestamptz)\b", r"\bserial\b",
    )),
    ("postgres", 2, (
        r"\binterval\s+'\s*-?\d+\s+\w+\s*'", r"\bfilter\s*\(\s*where\b", r"\bdate_part\s*\(\s*'", r"\bto_char\s*\(",
        r"\bextract\s*\(\s*epoch\b",
    )),
    ("duckdb", 4, (
        r"\bread_(?:csv|parquet|json)\w*\s*\(", r"\bfrom\s+'[^']+\.(?:csv|parquet|json)'", r"\bgroup\s+by\s+all\b",
        r"\bpivot\s+\w+\s+on\b", r"\blist_\w+\s*\(",
    )),
    ("tsql", 4, (
        r"\bgetdate\s*\(\s*\)", r"\bselect\s+top\s*\(?\s*\d", r"\b(?:cross|outer)\s+apply\b", r"\]\.\[", r"\bfrom\s+\[\w",
        r"\w\.\[[a-z_]", r"\bas\s+\[[a-z_]", r"\[[a-z_]\w*(?: \w+)+\]", r"\bopenrowset\s*\(", r"\bnonclustered\b",
        r"^\s*(?:exec(?:ute)?\s+)?sp_\w+\s", r"\boption\s*\((?:recompile|maxdop|hash|use\s+hint)\b",
        r"\bupdate\s+statistics\b", r",\s*sysname\s*,", r"^:(?:setvar|r)\s", r"\bmatch\s*\(\s*\w+\s*<?-\s*\(",
        r"\bwith\s*\(\s*(?:tablock|nolock|snapshot)\b", r"\bbulk\s+insert\s",
        r"\binto\s+#\w", r"^\s*go\s*$", r"\bnvarchar\b", r"\bdatename\s*\(",
        r"\bdeclare\s+@\w", r"\bset\s+nocount\b", r"\bcount_big\s*\(", r"\bjoin\s+@\w+\.\w",
        r"\binto\s+@\w+(?:@\w|\.\w+\s+from\b)",
    )),
    ("mysql", 3, (
        r"\bcurdate\s*\(\s*\)", r"\bifnull\s*\(", r"\bauto_increment\b", r"\bgroup_concat\s*\(", r"\btimestampdiff\s*\(",
    )),
    ("redshift", 6, (
        r"\bdistkey\b", r"\bsortkey\b", r"\bdiststyle\b", r"\bunload\s*\(", r"\bcopy\s+\S+\s+from\s+'s3:",
        r"\bapproximate\s+count\b",
    )),
    ("clickhouse", 4, (
        r"\bengine\s*=\s*\w*mergetree", r"\btostartof\w+\s*\(", r"\bargmax\s*\(", r"\bprewhere\b", r"\barray\s+join\b",
        r"\buniq(?:exact)?\s*\(",
    )),
    ("bigquery", 2, (r"^#\s*\w",)),  # a comment
    ("bigquery", 1, (r"`\w[\w ]*`",)),  # a name, in other dialects, too
    ("trino", 4, (r"\b(?:omit|keep)\s+quotes\b", r"'(?:lax|strict) \$")),
    ("dune", 3, (r"\b0x[0-9a-f]{8,}\b",)),
    ("trino", 3, (r"\bdate_(?:add|diff)\s*\(\s*'\w+'\s*,", r"\bapprox_distinct\s*\(", r"\bcross\s+join\s+unnest\s*\(\w")),
    ("oracle", 9, (r"\bpackage\s+body\b", r"\bbulk\s+collect\b", r"\bdbms_output\b", r"\bsys_refcursor\b", r"\bpls_integer\b")),
    ("snowflake", 9, (r"\bresultset\s+(?:default|:=)", r"\bexecute\s+as\s+(?:caller|owner)\s+as\s+\$\$")),
    ("mysql", 9, (r"^delimiter\s", r"\bdefiner\s*=", r"\bhandler\s+for\s+(?:not\s+found|sqlexception)\b")),
    ("tsql", 9, (r"\bsp_executesql\b", r"@@fetch_status\b", r"\bbegin\s+try\b")),
    ("oracle", 3, (r"\bfrom\s+dual\b", r"\brownum\b", r"\bnvl\s*\(", r"\bvarchar2\b", r"\(\+\)")),
)  # fmt: skip
_BACKTICKS = re.compile(r"\b(?:table|into|from|join|use|database)\s+(?:if\s+(?:not\s+)?exists\s+)?`\w")
_LIMIT = 12_000
_COMMENT = re.compile(r"--[^\n]*|/\*(?:[^*]|\*(?!/))*+\*/")
_NO_LITERAL = re.compile(r"\(\?:.*?\)|\[.*?\]|\\\W|\\\w[*+?]?|\{.*?\}|[*+?^$().]")


def _needle(mark: str) -> str:
    """The longest piece of text that a mark cannot match without."""
    return max(_NO_LITERAL.sub("\0", mark).split("\0"), key=len)


_NEEDLES = tuple((name, weight, tuple((_needle(mark), mark) for mark in marks)) for name, weight, marks in _MARKS)


def guess_dialect(text: str) -> str:
    """The dialect whose typical constructs are in the text, not in its comments; the generic one ("") without any. Further marks
    of one weight count little: they come together."""
    scores: dict[str, int] = {}
    lowered = _COMMENT.sub(" ", text[:_LIMIT]).lower()
    for name, weight, marks in _NEEDLES:
        found = sum(needle in lowered and re.search(mark, lowered, re.MULTILINE) is not None for needle, mark in marks)
        if found:
            scores[name] = scores.get(name, 0) + weight + found - 1
    if "tsql" in scores and _BACKTICKS.search(lowered) is not None:
        del scores["tsql"]  # which has brackets for names
        scores["mysql"] = scores.get("mysql", 0) + 2
    return max(scores, key=lambda name: scores[name]) if scores else ""
