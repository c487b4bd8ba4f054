"""From an aggregate down to the rows of one source: what each column is there, and which conditions the rows meet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field

from feasilint.ir import (
    Aggregate,
    Call,
    Choice,
    Column,
    Derive,
    Distinct,
    Filter,
    Join,
    Limit,
    Opaque,
    Relation,
    Scan,
    Sort,
    Split,
    Union,
    Window,
)
from feasilint.ir.expressions import columns as referenced
from feasilint.ir.expressions import conjuncts, fold, spelled
from feasilint.link import APPENDING
from feasilint.measure.grain import leaves
from feasilint.suggest.spoken import Foreign, Manner, Speaker, Unsaid, name, wrapped

if TYPE_CHECKING:
    from feasilint.analysis import Analysis
    from feasilint.ir import Expression, Fragment, Origin, Output, Program

_STEPS = 256
Condition: TypeAlias = "tuple[Expression, Manner]"
_OTHERS = re.compile(r"\b(?:pyspark|polars|snowpark|ibis)\b")
_PANDAS = re.compile(r"\b(?:pandas|pd\.)")


class Manners:
    """How the code means what it says, by the document and fragment that it stands in."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self._programs = {program.path: program for program in analysis.programs}
        self._known: dict[tuple[str, int], Manner] = {}

    def of(self, relation: Relation, origin: Origin | None) -> Manner:
        found = self.fragment(relation, origin)
        if found is None:
            return Manner()
        program, fragment = found
        key = (program.path, fragment.index)
        if key not in self._known:
            made = _of_sql(fragment) if fragment.language == "sql" else _of_python(program)
            self._known[key] = made
        return self._known[key]

    def fragment(self, relation: Relation, origin: Origin | None) -> tuple[Program, Fragment] | None:
        """The document and the parsed text that a step stands in."""
        origin = origin or relation.origin
        place = self.analysis.place(relation, origin)
        program = self._programs.get(place.path) if place is not None else None
        if program is None or origin is None or origin.fragment >= len(program.fragments):
            return None
        return program, program.fragments[origin.fragment]


def _of_sql(fragment: Fragment) -> Manner:
    from feasilint.lower.sql.adapter import Node, cuts_off, exp
    from feasilint.lower.sql.nodes import nodes

    kinds: dict[type[Node], str] = {exp.IntDiv: "div", exp.ILike: "like", exp.NullSafeEQ: "eq", exp.NullSafeNEQ: "ne"}
    vague = frozenset(kinds[type(node)] for node in nodes(fragment) if type(node) in kinds)
    return Manner("sql", cuts_off(fragment.dialect), vague)


def _of_python(program: Program) -> Manner:
    texts = [fragment.text for fragment in program.fragments if fragment.language == "python"]
    pandas, others = (any(pattern.search(text) for text in texts) for pattern in (_PANDAS, _OTHERS))
    return Manner("unknown" if pandas and others else "sql" if others else "pandas")


class Rows(Struct):
    """The rows that an aggregate is made of, as those of one source. `conditions` hold for all of them; `joined`: they are looked
    up for the rows of something else, point in time by point in time; `outer`: also where there are none."""

    base: Scan
    conditions: list[Condition] = field(default_factory=list)
    joined: bool = False
    outer: bool = False


class Ground:
    """Finds the rows of aggregates and speaks of their columns."""

    def __init__(self, analysis: Analysis) -> None:
        self.analysis = analysis
        self.columns = analysis.columns
        self.manners = Manners(analysis)

    def rows(self, relation: Aggregate | Window, output: Output) -> Rows:
        """What a measure is made of. Raises Unsaid where that is no single source's rows with conditions."""
        measured = self.analysis.windows.measured(relation, output)
        made: list[Condition] = []
        below: Relation = relation.input
        joined = outer = False
        for _ in range(_STEPS):
            match below:
                case Filter(predicate=predicate):
                    if below.role == "split":
                        raise Unsaid("it is computed over a part of the rows that is split off")
                    manner = self.manners.of(below, below.origin)
                    made += [(part, manner) for part in conjuncts(predicate)]
                    below = below.input
                case Derive(input=under) | Sort(input=under) | Window(input=under):
                    below = under
                case Scan():
                    written = self._written(below)
                    if written is None:
                        return Rows(below, made, joined, outer)
                    below = written
                case Join():
                    side, parts = self._side(below, measured)
                    made += parts
                    outer = outer or below.kind in ("left", "right")
                    joined, below = True, side
                case _:
                    raise Unsaid(_why(below))
        raise Unsaid("too many steps lie between its source and the aggregate")

    def _written(self, scan: Scan) -> Relation | None:
        """The query that a table is made of; None where it is read as it stands."""
        writes = self.columns.bound.get(scan, ())
        if len(writes) != 1 or writes[0].mode in APPENDING:
            return None
        return writes[0].relation

    def _side(self, join: Join, measured: frozenset[Scan]) -> tuple[Relation, list[Condition]]:
        """The side that is aggregated, and how its rows are tied to the other one."""
        reaching = self.analysis.windows.reaching
        found = [side for side in (join.left, join.right) if reaching.scans(side) & measured]
        kept = {"inner": (join.left, join.right), "left": (join.right,), "right": (join.left,)}.get(join.kind, ())
        if len(found) == 2 and len(kept) == 1:  # rows are counted that are looked up for those of the other side
            found = [*kept]
        if len(found) != 1 or found[0] not in kept or join.suffixes is not None:
            raise Unsaid(_why(join))
        manner = self.manners.of(join, join.origin)
        other = join.right if found[0] is join.left else join.left
        tied = [Call("eq", (Column(found[0], key), Column(other, key))) for key in join.using]
        parts = [*tied, *(conjuncts(join.on) if join.on is not None else ())]
        return found[0], [(part, manner) for part in parts]

    # --- columns ---

    def speaker(self, base: Scan, manner: Manner) -> Speaker:
        """Speaks of expressions over the rows of a scan."""
        return Speaker(lambda column: self._column(column, base, manner, 0), manner)

    def _column(self, column: Column, base: Scan, manner: Manner, depth: int) -> str:
        if depth > _STEPS:
            raise Unsaid("its columns are computed in too many steps")
        relation = self.columns.settle(column.relation, column.name)
        if relation is base:
            return ".".join(map(name, (spelled(column.name), *column.path)))
        made = self.columns.table(relation).find(column.name)
        below = (made.expression,) if made is not None else self.columns.step(relation, column.name)
        if len(below) != 1:
            raise Foreign(f"`{spelled(column.name)}` comes from another table, or from more than one place")
        if column.path:
            raise Unsaid(f"`{spelled(column.name)}` has fields that are computed")
        if isinstance(below[0], Column):
            return self._column(below[0], base, manner, depth + 1)
        if made is not None:
            manner = self.manners.of(relation, made.origin)
        speaker = Speaker(lambda inner: self._column(inner, base, manner, depth + 1), manner, True)
        return wrapped(speaker.say(below[0]))

    # --- conditions ---

    def is_time(self, part: Expression, base: Scan, times: frozenset[str]) -> bool:
        """Whether a condition is a bound on the event time of the rows, and nothing else. Raises Unsaid for one that is mixed."""
        found = self.analysis.windows.bounds(part)
        own = {(base, time) for time in times}
        about = [bound for bound in found if set(leaves(bound.event, self.columns)) <= own]
        others = (place for bound in found if bound not in about for place, _ in leaves(bound.event, self.columns))
        if not about or base in others:
            return False
        if not isinstance(part, Call) or part.function not in _BOUNDING:
            raise Unsaid("its rows are picked by a condition that is only partly about time")
        if any(bound.width is not None for bound in about):
            raise Unsaid(f"its rows are those of one `{spelled(about[0].event.name)}`, no window")
        return True

    def key(self, part: Expression, manner: Manner, base: Scan) -> tuple[str, str] | None:
        """The name and the SQL of what ties the rows to those of something else by equality; None if nothing does."""
        if not isinstance(part, Call) or part.function != "eq" or len(part.args) != 2:
            return None
        own = [said for side in part.args if (said := self._own(side, manner, base)) is not None]
        other = [side for side in part.args if self._own(side, manner, base) is None]
        if len(own) != 1 or not any(True for _ in referenced(other[0])):
            return None
        side = next(one for one in part.args if one is not other[0])
        return (spelled(side.name) if isinstance(side, Column) else fold(own[0])), own[0]

    def _own(self, side: Expression, manner: Manner, base: Scan) -> str | None:
        try:
            return self.speaker(base, manner).say(side)
        except Foreign:
            return None


_BOUNDING = frozenset(("lt", "le", "gt", "ge", "eq", "between"))


def _why(relation: Relation) -> str:
    match relation:
        case Join():
            return "its source is joined to other data before it is aggregated"
        case Union() | Choice():
            return "its rows come from more than one place"
        case Aggregate():
            return "it is an aggregate of aggregates"
        case Distinct():
            return "its rows are deduplicated before they are aggregated"
        case Limit() | Split():
            return "only some rows are taken before they are aggregated"
        case Opaque(reason=reason):
            return f"a step before the aggregate could not be read: {reason}"
        case _:
            return f"a step of its own kind ({type(relation).__name__.lower()}) lies before the aggregate"
