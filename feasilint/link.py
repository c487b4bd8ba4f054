"""Linking: which scan reads what which write has written, within and across documents."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from feasilint.ir import Program, Scan, Source, Upsert, Write
from feasilint.ir.traversal import scans

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

APPENDING = ("insert", "upsert")
_TESTS = re.compile(r"(^|/)(tests?/[^/]+\.py|tests/[^/]+\.sql|test_[^/]*\.py|conftest\.py)$")
_HOLE = re.compile(r"\{[^{}]*\}")
_LEAST_LETTERS = 4  # of the name of a file that are written out beside its holes; `{name}_1.csv` may be any file
_DATA_FILE = re.compile(r"\.(csv|tsv|txt|jsonl?|ndjson|parquet|avro|orc)(\.gz)?$", re.IGNORECASE)


class Linkage(Struct, frozen=True):
    """`bound`: the writes that may have made what a scan reads (one of them, or one after the other). `owner`: the program
    of every scan and write. `cut`: scans whose binding would close a cycle."""

    programs: tuple[Program, ...]
    bound: Mapping[Scan, tuple[Write, ...]] = field(default_factory=dict)
    owner: Mapping[Scan | Write, Program] = field(default_factory=dict)
    cut: frozenset[Scan] = frozenset()

    def inside(self, scan: Scan) -> bool:
        """Whether a scan reads what its own document has written before."""
        return any(self.owner[write] is self.owner[scan] for write in self.bound.get(scan, ()))


def link(programs: Iterable[Program], known: Callable[[Source], object] | None = None) -> Linkage:
    """Bind every scan that reads something written: by its own document before, else by any other. A table that is `known` is
    what is said of it, and not the file that a script of another document has once loaded into it."""
    listed = tuple(programs)
    owner: dict[Scan | Write, Program] = {}
    index = _Index(_declared(listed))
    for program in listed:
        for scan in _scans(program):
            owner[scan] = program
        for write in _writes(program):
            owner[write] = program
            index.add(write, program)
    bound: dict[Scan, tuple[Write, ...]] = {}
    for program in listed:
        for at, relation in enumerate(program.relations):
            if isinstance(relation, Scan) and (found := _writers(relation, at, program, index, known)):
                bound[relation] = found
    if not any(owner[write] is not owner[scan] for scan, writes in bound.items() for write in writes):
        return Linkage(listed, bound, owner)
    from feasilint.lineage import cyclic  # only scans of several documents can close a cycle

    cut = cyclic(bound)
    kept = {scan: tuple(write for write in writes if write not in cut.get(scan, ())) for scan, writes in bound.items()}
    return Linkage(listed, {scan: writes for scan, writes in kept.items() if writes}, owner, frozenset(cut))


def names(source: Source, path: str) -> tuple[tuple[str, ...], ...]:
    """The names, as folded parts, under which a source mentioned in the document `path` is known to others."""
    if source.kind == "table":
        return (tuple(part.strip('`"[] ').lower() for part in source.name.split(".")),)
    if source.kind != "file" or "://" in source.name:
        return ((source.name,),)
    plain = posixpath.normpath(source.name.replace("\\", "/"))
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(path), plain))
    return tuple(dict.fromkeys(tuple(name.strip("/").split("/")) for name in (beside, plain)))


def known_as(scan: Scan) -> tuple[Source, ...]:
    """A source, also by the alias alone and by the name that its project has for the model which makes it."""
    others = (scan.source.name.rsplit(".", 1)[-1], scan.node) if scan.node else ()
    return (scan.source, *(Source(name, "table", scan.source.dialect) for name in dict.fromkeys(others)))


def _declared(programs: Iterable[Program]) -> dict[str, set[tuple[str, ...]]]:
    """The tables, as folded parts by the last of them, that projects declare as made by others and say the schema of."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for program in programs:
        for parts in (parts for scan in _scans(program) if scan.outside for parts in names(scan.source, "")):
            if len(parts) > 1:
                found.setdefault(parts[-1], set()).add(parts)
    return found


class _Index:
    """Writes by the last part of their targets' names, those of files whose name has holes (`part_{day}.csv`) by their folder.
    `outside`: tables that are declared as made by others."""

    def __init__(self, outside: Mapping[str, Collection[tuple[str, ...]]]) -> None:
        self._outside = outside
        self._by_tail: dict[str, list[tuple[tuple[str, ...], Write, Program]]] = {}
        self._by_folder: dict[tuple[str, ...], list[tuple[re.Pattern[str], Write, Program]]] = {}

    def add(self, write: Write, program: Program) -> None:
        assert write.target is not None
        if write.target.kind == "feature_view":
            return  # who asks for it by its name gets it without its labels and keys, which only its maker tells
        for parts in names(write.target, program.path):
            self._by_tail.setdefault(parts[-1], []).append((parts, write, program))
            folder, name = _folder(parts)
            if write.target.kind == "file" and (pattern := _pattern(name)) is not None:
                self._by_folder.setdefault(folder, []).append((pattern, write, program))

    def find(self, source: Source, path: str) -> Iterator[tuple[Write, Program]]:
        """Writes to a target of that name: equal, or one a dotted suffix of the other (a table without its schema). Nobody
        here makes what is declared as made by others: a model without a schema is another table of the same name."""
        found: dict[Write, Program] = {}
        for parts in names(source, path):
            declared = self._outside.get(parts[-1], ()) if len(parts) > 1 else ()
            outside = any(_same(parts, known, True) for known in declared)
            for target, write, program in self._by_tail.get(parts[-1], []):
                assert write.target is not None
                if outside and len(target) == 1:
                    continue
                if write.target.kind == source.kind and _same(parts, target, source.kind == "table"):
                    found[write] = program
        yield from (found or self._one_of_many(source, path)).items()

    def meant(self, scan: Scan, path: str) -> list[tuple[Write, Program]]:
        """The writes that a scan may read: where it asks for a model by its name, only those of that one, if they are here."""
        found = list(self.find(scan.source, path))
        own = [(write, home) for write, home in found if write.node == scan.node] if scan.node else []
        return own or found

    def _one_of_many(self, source: Source, path: str) -> dict[Write, Program]:
        """Writes of files whose names have holes that the name which is read fills."""
        if source.kind != "file" or not self._by_folder:
            return {}
        places = [_folder(parts) for parts in names(source, path)]
        return {
            write: program
            for folder, name in places
            for pattern, write, program in self._by_folder.get(folder, ())
            if pattern.fullmatch(name)
        }


def _folder(parts: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    """The folder and the name of a file; a URL is one part."""
    *folder, last = parts
    above, _, name = last.rpartition("/")
    return (*folder, above), name


def _pattern(name: str) -> re.Pattern[str] | None:
    """The names that the name of a file with holes stands for; None without holes, or where it says too little."""
    fixed = _HOLE.split(name)
    stem = "".join(fixed).split(".")[0]
    if len(fixed) == 1 or sum(map(str.isalpha, stem)) < _LEAST_LETTERS:
        return None
    return re.compile(".*".join(map(re.escape, fixed)))


def _same(a: tuple[str, ...], b: tuple[str, ...], suffix: bool) -> bool:
    shared = min(len(a), len(b))
    return a[-shared:] == b[-shared:] if suffix else a == b


def _writers(
    scan: Scan, at: int, program: Program, index: _Index, known: Callable[[Source], object] | None
) -> tuple[Write, ...]:
    if scan.source.dynamic:
        return ()
    candidates = _beside(scan.source, program.path, index.meant(scan, program.path))
    own = _current(sorted((w for w, home in candidates if home is program and w.after <= at), key=lambda w: w.after))
    if own and (own[0].mode not in APPENDING or _takes_up(own[0])):
        return own
    near = is_test(program.path)
    others = [w for w, home in candidates if home is not program and _lends(w) and (near or not is_test(home.path))]
    if any(map(_loads, others)) and known is not None and known(scan.source):
        others = [write for write in others if not _loads(write)]
    return (*others, *own)


def _beside(source: Source, path: str, found: list[tuple[Write, Program]]) -> list[tuple[Write, Program]]:
    """Of the writes to a table without a schema those that name none either, if one of these is in the folder that it is read
    in: a table of some schema that another folder makes is another one."""
    folder = posixpath.dirname(path)
    here = {write for write, home in found if posixpath.dirname(home.path) == folder}
    bare = {write for write, home in found if write.target is not None and len(names(write.target, home.path)[0]) == 1}
    if source.kind != "table" or len(names(source, path)[0]) > 1 or here.isdisjoint(bare):
        return found
    return [(write, home) for write, home in found if write in here or write in bare]


def is_test(path: str) -> bool:
    """Whether a document tests others: the tables that it makes are what it pretends is there."""
    return _TESTS.search(path) is not None


def _lends(write: Write) -> bool:
    """Whether other documents see through a write: not where its rows are written in the code, as fixtures are."""
    return not write.temporary and next(scans([write.relation]), None) is not None


def _loads(write: Write) -> bool:
    """Whether a table is made of files alone."""
    read = list(scans([write.relation]))
    return write.target is not None and write.target.kind == "table" and all(_is_file(scan.source) for scan in read)


def _is_file(source: Source) -> bool:
    """Whether a source is a file, also one that SQL reads like a table: `` dfs.tmp.`lab.csv` ``."""
    return source.kind == "file" or _DATA_FILE.search(source.name) is not None


def _current(writes: list[Write]) -> tuple[Write, ...]:
    """The last write that replaces the target, or is made of all that was in it, and the appending ones after it."""
    last = max((at for at, write in enumerate(writes) if write.mode not in APPENDING or _takes_up(write)), default=0)
    return tuple(writes[last:])


def _takes_up(write: Write) -> bool:
    """Whether a write is the table as it was with some columns changed: what was written before is read through it."""
    made = write.relation
    return isinstance(made, Upsert) and isinstance(made.target, Scan) and made.target.source == write.target


def _scans(program: Program) -> Iterator[Scan]:
    return (relation for relation in program.relations if isinstance(relation, Scan))


def _writes(program: Program) -> Iterator[Write]:
    return (sink for sink in program.sinks if isinstance(sink, Write) and sink.target is not None)
