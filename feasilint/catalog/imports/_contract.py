"""What contracts of any format say, and the entries of a catalog that this makes."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from msgspec import Struct, field

from feasilint.catalog.imports import _servers
from feasilint.catalog.imports._servers import Place, Server
from feasilint.catalog.imports.artefact import Entry, Note, mapping, stated
from feasilint.catalog.names import folded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feasilint.catalog.tree import Path, Tree

_OF_BATCHES = ("period", "offset", "promised_within", "retention")  # said of a table, not of the stream beside it


class Table(Struct, frozen=True):
    """One table, topic or folder of files that a contract is about.

    `name` is what the contract calls it, `physical` what the server does. `levels` are its service levels as keys of a
    catalog, `own` what its people say under the key `feasilint`.
    """

    name: str
    physical: str
    columns: dict[str, Entry]
    grain: tuple[str, ...] = ()
    partition: str | None = None
    flags: tuple[str, ...] = ()
    retired: str | None = None
    levels: Entry = field(default_factory=dict)
    own: Entry = field(default_factory=dict)


class Contract(Struct, frozen=True):
    """`retired` is the reason why nothing of it should be read any more; a `draft` promises nothing yet."""

    servers: tuple[Server, ...]
    tables: tuple[Table, ...]
    owner: Entry = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    retired: str | None = None
    draft: bool = False
    own: Entry = field(default_factory=dict)


class Notes:
    """What is to be told of one file, each at its line."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._found: list[Note] = []

    def add(self, path: Path, message: str) -> None:
        self._found.append(Note(self._tree.path, self._tree.key_mark(path).line, message))

    def listed(self) -> tuple[Note, ...]:
        return tuple(dict.fromkeys(self._found))


def entries(contract: Contract, notes: Notes) -> tuple[Entry, ...]:
    """The entries of all tables on the servers that count; a topic that several tables share is one."""
    chosen = _servers.current(contract.servers)
    for server in contract.servers:
        if server not in chosen:
            notes.add(("servers",), f"server `{server.label}` is left out: it is not of production")
    found: dict[str, Entry] = {}
    for table in contract.tables:
        places = _places(table, chosen, notes, alone=len(contract.tables) == 1)
        for entry in _of_table(contract, table, places):
            name = folded(str(entry["name"]))
            found[name] = united(found[name], entry) if name in found else entry
    return tuple(found.values())


def _places(table: Table, servers: Sequence[Server], notes: Notes, *, alone: bool) -> tuple[Place, ...]:
    if not servers:
        return (Place(table.physical, "table", production=False),)
    found: dict[str, Place] = {}
    for server in servers:
        place = _servers.place(server, table.physical, alone=alone)
        if place is None:
            advice = "put {model} in the location, or a path in the name"
            notes.add(("servers",), f"where `{table.name}` lies on server `{server.label}` is not said; {advice}")
        else:
            found.setdefault(folded(place.name), place)
    return tuple(found.values())


def _of_table(contract: Contract, table: Table, places: Sequence[Place]) -> Iterator[Entry]:
    streams = [place.name for place in places if place.form == "stream"]
    beside = len(streams) < len(places)
    first_table = next((place for place in places if place.form == "table"), None)
    for place in sorted(places, key=lambda place: place.form == "stream"):
        partition = table.partition if place.form != "stream" else None
        entry = stated(name=place.name, columns=table.columns, grain=[*table.grain], partition=partition)
        entry |= stated(owner=contract.owner, flags=[*contract.flags, *table.flags])
        entry |= _levels(place, table, beside=beside)
        if place.form != "stream" and len(streams) == 1:
            entry["stream_twin"] = streams[0]
        if place is first_table and folded(table.name) != folded(table.physical):
            entry["aliases"] = [table.name]
        yield deepcopy(_overridden(entry | _availability(contract, table, place), contract.own | table.own))


def _levels(place: Place, table: Table, *, beside: bool) -> Entry:
    """The service levels at one place: schedules are those of the tables, a stream has none of its own."""
    levels = dict(table.levels)
    if place.form == "api" and not {"latency", "period"} & levels.keys():
        levels["latency"] = "online"
    if place.form != "stream":
        return levels
    if beside:
        levels = {key: value for key, value in levels.items() if key not in _OF_BATCHES}
    if "period" not in levels:
        levels["latency"] = "streaming"
    return levels


def _availability(contract: Contract, table: Table, place: Place) -> Entry:
    """Deprecated if the contract says so; in production what can be asked there in time, which a table cannot."""
    reason = contract.retired or table.retired
    if reason is not None:
        return {"availability": "deprecated", "reason": reason}
    proven = place.production and place.form in ("stream", "api") and not contract.draft
    return {"availability": "production"} if proven else {}


def _overridden(entry: Entry, own: Entry) -> Entry:
    """What people say under `feasilint` counts more; of columns it is added to each."""
    columns = {**mapping(entry.get("columns"))}
    for name, said in mapping(own.get("columns")).items():
        columns[name] = {**mapping(columns.get(name)), **mapping(said)} if isinstance(said, dict) else said
    return entry | own | stated(columns=columns)


def united(first: Entry, second: Entry) -> Entry:
    """Two kinds of messages on one topic: the columns of both, and only what holds for both."""
    common = {key: value for key, value in first.items() if second.get(key) == value}
    known, more = mapping(first.get("columns")), mapping(second.get("columns"))
    columns = {**known, **{name: column for name, column in more.items() if name not in known}}
    return common | stated(name=first["name"], columns=columns)
