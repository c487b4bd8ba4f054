"""AsyncAPI documents, versions 2 and 3: the topics of a service and the messages on them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from feasilint.catalog.imports._contract import Notes, united
from feasilint.catalog.imports._contract_files import contracts
from feasilint.catalog.imports._environments import is_production
from feasilint.catalog.imports._payloads import columns
from feasilint.catalog.imports._references import References
from feasilint.catalog.imports._urls import without_secrets
from feasilint.catalog.imports.artefact import Entry, Imported, listed, mapping, stated, text, written_duration
from feasilint.catalog.names import folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from feasilint.catalog.tree import Tree

    _LeftOut: TypeAlias = dict[str, list[str]]  # names of channels by the reason

_SCHEMES = {  # by protocol; of those that are missing nobody reads features
    "kafka": "kafka", "kafka-secure": "kafka", "pulsar": "pulsar", "googlepubsub": "pubsub", "kinesis": "kinesis",
    "amazonkinesis": "kinesis", "eventhub": "eventhub", "mqtt": "mqtt", "mqtts": "mqtt", "mqtt5": "mqtt", "secure-mqtt": "mqtt",
    "amqp": "amqp", "amqps": "amqp", "nats": "nats", "jms": "jms", "sqs": "sqs", "sns": "sns", "redis": "redis",
    "rediss": "redis", "stomp": "stomp", "stomps": "stomp", "solace": "solace", "ibmmq": "ibmmq", "ws": "ws", "wss": "wss",
}  # fmt: skip
_SHOWN = 5  # of the channels that are left out
_SOCKETS = frozenset({"ws", "wss"})
_PARAMETER = re.compile(r"\{[^{}]*\}")
_TOPIC = re.compile(r"[\w.*-]+")
_ENVIRONMENT_TAG = re.compile(r"(?:env|environment|stage)[:=/_-]\s*(.+)", re.IGNORECASE)
_SAID = re.compile(
    r"\bprod(?:uction)?\s+(?:kafka\s+)?(?:server|broker|cluster|environment|instance|api|system|url)s?\b", re.IGNORECASE
)


class _Server(Struct, frozen=True):
    """`production`: what the document says of it, None if it does not."""

    name: str
    scheme: str
    url: str
    production: bool | None


class _Channel(Struct, frozen=True):
    """A channel in the words of version 3. `servers`: names of those that it is on, empty for all."""

    name: str
    address: str | None
    servers: tuple[str, ...]
    messages: tuple[object, ...]
    item: Entry


def read(location: str) -> Iterator[Imported]:
    """The documents in a file, or in all YAML files below a folder. Raises ArtefactError."""
    yield from contracts(location, "asyncapi", None, _imported)


def _imported(tree: Tree) -> Imported:
    data, notes = mapping(tree.data), Notes(tree)
    version = text(data.get("asyncapi")) or ""
    if not version.startswith(("2", "3")):
        notes.add(("asyncapi",), f"version {version or '?'} is not read; migrate the document to 2.0 or later")
        return Imported("AsyncAPI", tree.path, notes=notes.listed())
    references = References(data)
    servers = tuple(_servers(data, references))
    found: dict[str, Entry] = {}
    left_out: _LeftOut = {}
    for channel in (_channels_3 if version.startswith("3") else _channels_2)(data, references):
        for entry in _entries(channel, servers, data, references, left_out):
            name = folded(str(entry["name"]))
            found[name] = united(found[name], entry) if name in found else entry
    for reason, names in left_out.items():
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        notes.add(("channels", names[0]), f"left out are the channels {', '.join(names[:_SHOWN])}{more}: {reason}")
    for reference in references.foreign:
        notes.add(
            ("asyncapi",),
            f"`{without_secrets(reference)}` is in another file and not followed; bundle the document first",
        )
    return Imported("AsyncAPI", tree.path, sources=tuple(found.values()), notes=notes.listed())


def _servers(data: Entry, references: References) -> Iterator[_Server]:
    for name, value in mapping(data.get("servers")).items():
        item = references.resolved(value)
        protocol = (text(item.get("protocol")) or "").lower()
        host = text(item.get("url")) or f"{text(item.get('host')) or ''}{text(item.get('pathname')) or ''}"
        bare = without_secrets(host if "://" in host else f"{protocol}://{host}")
        yield _Server(name, _SCHEMES.get(protocol, ""), bare.rstrip("/"), _production(name, item, references))


def _production(name: str, item: Entry, references: References) -> bool | None:
    """What its tags say, else its name, else its description where that speaks of a production server."""
    tags = [text(references.resolved(tag).get("name")) or "" for tag in listed(item.get("tags"))]
    stated_tags = [found[1] for tag in tags if (found := _ENVIRONMENT_TAG.match(tag))]
    plain = [tag for tag in tags if is_production(tag) is not None and ":" not in tag]
    for words in (*stated_tags, *plain, text(item.get("x-environment")), name):
        said = is_production(words)
        if said is not None:
            return said
    description = text(item.get("description")) or ""
    said = is_production(description)
    return said if said is False or _SAID.search(description) else None


def _channels_2(data: Entry, references: References) -> Iterator[_Channel]:
    for name, value in mapping(data.get("channels")).items():
        item = references.resolved(value)
        messages = [references.resolved(item.get(action)).get("message") for action in ("publish", "subscribe")]
        named = tuple(server for server in listed(item.get("servers")) if isinstance(server, str))
        yield _Channel(name, name, named, tuple(message for message in messages if message is not None), item)


def _channels_3(data: Entry, references: References) -> Iterator[_Channel]:
    for name, value in mapping(data.get("channels")).items():
        item = references.resolved(value)
        named = tuple(server for item in listed(item.get("servers")) if (server := references.name(item)) is not None)
        yield _Channel(name, text(item.get("address")), named, tuple(mapping(item.get("messages")).values()), item)


def _entries(
    channel: _Channel, servers: Sequence[_Server], data: Entry, references: References, left_out: _LeftOut
) -> Iterator[Entry]:
    """An entry for each kind of server that the channel is on; without servers for what it is bound to."""
    on = [server for server in servers if not channel.servers or server.name in channel.servers]
    current = [server for server in on if server.production is not False] or on
    bindings = references.resolved(channel.item.get("bindings"))
    schemes = [server.scheme for server in current] if on else [_SCHEMES.get(key, "") for key in bindings]
    if not any(schemes):
        left_out.setdefault("no server of theirs has a protocol of streams", []).append(channel.name)
    for scheme in dict.fromkeys(filter(None, schemes)):
        alike = [server for server in current if server.scheme == scheme]
        binding = references.resolved(bindings.get(scheme))
        names = _names(channel, scheme, alike[0].url if alike else "", binding)
        if names:
            yield _entry(names, channel, alike, binding, data, references)
        else:
            left_out.setdefault(f"their address is no name; state it under bindings.{scheme}.topic", []).append(
                channel.name
            )


def _names(channel: _Channel, scheme: str, url: str, binding: Entry) -> list[str]:
    """The name of the topic, then that of the channel if it is another; nothing if neither is a name."""
    found: dict[str, None] = {}
    for topic in filter(None, (text(binding.get("topic")), channel.address)):
        pattern = _PARAMETER.sub("*", topic)
        if scheme in _SOCKETS:
            found.setdefault(f"{url}/{pattern.lstrip('/')}".rstrip("/"))
        elif pattern.strip("*./-_") and (scheme != "kafka" or _TOPIC.fullmatch(pattern.strip("/"))):
            found.setdefault(f"{scheme}://{pattern.strip('/')}")
    return list(found)


def _entry(
    names: Sequence[str],
    channel: _Channel,
    servers: Iterable[_Server],
    binding: Entry,
    data: Entry,
    references: References,
) -> Entry:
    info = mapping(data.get("info"))
    contact = mapping(info.get("contact"))
    tags = [(text(references.resolved(tag).get("name")) or "").lower() for tag in listed(channel.item.get("tags"))]
    settings = mapping(binding.get("topicConfiguration"))
    entry = stated(
        name=names[0],
        aliases=list(names[1:]),
        latency="streaming",
        availability="production" if any(server.production for server in servers) else None,
        retention=_retention(settings),
        owner=stated(team=text(contact.get("name")), contact=text(contact.get("email")) or text(contact.get("url"))),
        columns=_columns(channel.messages, references),
    )
    if "deprecated" in tags:
        entry |= {"availability": "deprecated", "reason": "its channel is tagged as deprecated"}
    return entry | mapping(info.get("x-feasilint")) | mapping(channel.item.get("x-feasilint"))


def _retention(settings: Entry) -> str | None:
    """How long a topic keeps all messages; a compacted one keeps the newest of each key, which is no age."""
    policies = settings.get("cleanup.policy")
    if "compact" in (policies if isinstance(policies, list) else [policies]):
        return None
    value = text(settings.get("retention.ms")) or ""
    if value == "-1":
        return "never"
    return written_duration(int(value) / 1000) if value.isdecimal() and int(value) else None


def _columns(messages: Iterable[object], references: References, depth: int = 0) -> dict[str, Entry]:
    """Those of all messages that a channel carries."""
    found: dict[str, Entry] = {}
    for message in messages:
        item = references.resolved(message)
        several = [] if depth else listed(item.get("oneOf"))
        for name, column in {**_columns(several, references, 1), **columns(item.get("payload"), references)}.items():
            found.setdefault(name, column)
    return found
