"""The lineage graph of a scan: documents' reads and writes as one directed graph. The one module that knows networkx."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import networkx as nx

from feasilint.ir import Fit, Relation, Scan, Write
from feasilint.ir.traversal import members, scans

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.ir import Sink
    from feasilint.link import Linkage

Node: TypeAlias = "Scan | Write | Fit"


class LineageGraph:
    """Scans, writes and fits as nodes; an edge leads from what is read to what is made of it, and from a write to the
    scans that read it."""

    def __init__(self, linkage: Linkage) -> None:
        self.graph: nx.DiGraph[Node] = nx.DiGraph()
        for program in linkage.programs:
            for sink in program.sinks:
                if isinstance(sink, Write | Fit):
                    self.graph.add_node(sink)
                    self.graph.add_edges_from((scan, sink) for scan in scans(roots(sink)))
        self.graph.add_edges_from((write, scan) for scan, writes in linkage.bound.items() for write in writes)

    def upstream(self, node: Node) -> frozenset[Node]:
        """Everything that flows into a node."""
        return frozenset(nx.ancestors(self.graph, node)) if node in self.graph else frozenset()

    def downstream(self, node: Node) -> frozenset[Node]:
        """Everything that a node flows into."""
        return frozenset(nx.descendants(self.graph, node)) if node in self.graph else frozenset()

    def fits(self, write: Write) -> tuple[Fit, ...]:
        """The models that are fitted on what a write has made, in document order."""
        below = self.downstream(write)
        return tuple(node for node in self.graph if isinstance(node, Fit) and node in below)


def roots(sink: Sink) -> tuple[Relation, ...]:
    """The relations that a sink is made of."""
    if isinstance(sink, Fit):
        sets = (part for part in (sink.features, sink.label, sink.weight) if part is not None)
        return tuple(relation for part in sets for relation in members(part))
    return (sink.relation,)


def cyclic(bound: Mapping[Scan, tuple[Write, ...]]) -> dict[Scan, frozenset[Write]]:
    """Per scan the writes whose binding lies on a cycle: a table that is, in the end, made of itself."""
    graph: nx.DiGraph[Node] = nx.DiGraph()
    for scan, writes in bound.items():
        for write in writes:
            graph.add_edge(write, scan)
    for write in [node for node in graph if isinstance(node, Write)]:
        graph.add_edges_from((scan, write) for scan in scans([write.relation]) if scan in graph)
    parts = enumerate(nx.strongly_connected_components(graph))
    turning = {node: at for at, part in parts if len(part) > 1 for node in part}
    cut = {
        scan: frozenset(w for w in bound[scan] if turning.get(w) == turning[scan]) for scan in bound if scan in turning
    }
    return {scan: writes for scan, writes in cut.items() if writes}
