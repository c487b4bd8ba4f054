"""Runs Python cells through the front end and says in short texts what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.columns import Columns
from feasilint.documents.model import Cell, Document
from feasilint.ir import Aggregate, Column, Fit, Interval, Measure, Scan, Show, Window, Write
from feasilint.ir.expressions import spelled
from feasilint.lower.options import Options
from feasilint.lower.python.document import interpret
from feasilint.trace import Tracer

if TYPE_CHECKING:
    from feasilint.ir import ColumnSet, Expression, Program, Relation
    from feasilint.ir import Frame as WindowFrame
    from feasilint.lower.python.machine import Machine

PANDAS = "import pandas as pd\nimport numpy as np\ntx = pd.read_csv('tx.csv')\n"


def machine(*cells: str | Cell, root: str = "/nonexistent", path: str = "nb.ipynb") -> Machine:
    made = tuple(
        cell if isinstance(cell, Cell) else Cell(index=at, language="python", source=cell)
        for at, cell in enumerate(cells)
    )
    done = interpret(Document(path, "notebook", "", "", made), Options(root=root))
    assert done.failures == []
    return done


def run(*cells: str | Cell, root: str = "/nonexistent", path: str = "nb.ipynb") -> Program:
    return machine(*cells, root=root, path=path).builder.program()


def pandas(code: str) -> Program:
    """The code after `tx = pd.read_csv('tx.csv')`."""
    return run(PANDAS + code)


def sources(program: Program) -> list[str]:
    return [relation.source.name for relation in program.relations if isinstance(relation, Scan)]


def measures(program: Program) -> list[str]:
    """`sum(amount) by user` for each measure, with its frame."""
    found = []
    for relation in program.relations:
        if isinstance(relation, Aggregate):
            by = "".join(f" by {', '.join(spelled(key.name) for key in relation.keys)}" if relation.keys else "")
            found += [f"{_measure(out.expression)}{by}" for out in relation.measures]
        elif isinstance(relation, Window):
            parts = [", ".join(map(_name, relation.partition)), ", ".join(map(_name, relation.order))]
            by = (f" by {parts[0]}" if parts[0] else "") + (f" order {parts[1]}" if parts[1] else "")
            found += [f"{_measure(out.expression)}{by}{_frame(relation.frame)}" for out in relation.measures]
    return found


def _measure(expression: Expression) -> str:
    assert isinstance(expression, Measure)
    return f"{expression.function}({', '.join(map(_name, expression.args))})"


def _name(expression: Expression) -> str:
    return spelled(expression.name) if isinstance(expression, Column) else getattr(expression, "function", "?")


def _frame(frame: WindowFrame | None) -> str:
    if frame is None:
        return " over all"
    ends = [end.iso if isinstance(end, Interval) else str(end) for end in (frame.start, frame.end)]
    return f" {frame.unit} {ends[0]}..{ends[1]}"


def columns(what: Relation | ColumnSet) -> list[str]:
    """The known columns of a relation or set; `*` stands for unknown ones."""
    header = Columns().header(what) if not _is_set(what) else Columns().members(what)  # type: ignore[arg-type]
    return [*map(spelled, header.names), *(["*"] if header.open else [])]


def _is_set(what: object) -> bool:
    return type(what).__name__ in ("AllOf", "Names", "Minus", "Matching", "OfType", "Both", "Values")


def fit(program: Program) -> Fit:
    fits = [sink for sink in program.sinks if isinstance(sink, Fit)]
    assert len(fits) == 1
    return fits[0]


def write(program: Program) -> Write:
    return next(sink for sink in program.sinks if isinstance(sink, Write))


def shown(program: Program) -> list[Relation]:
    return [sink.relation for sink in program.sinks if isinstance(sink, Show)]


def origins(relation: Relation, name: str) -> set[str]:
    """`source.column` of everything that flows into a column."""
    trace = Tracer(Columns()).column(relation, name)
    return {f"{leaf.scan.source.name}.{leaf.column}" for leaf in trace.value}


def frame(*cells: str, name: str = "df") -> Relation:
    """The relation that a name stands for in the end."""
    done = machine(*cells)
    value = done.scope.find(name)
    assert value is not None
    found = done.frame(value)
    assert found is not None
    return found.relation
