from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from feasilint.catalog.match import Matcher
from feasilint.catalog.model import Catalog
from feasilint.check import check
from feasilint.findings import Finding, Label, Place, Severity
from feasilint.ir import Ignore, Program, Source, Span
from feasilint.rule import Context, DocumentSubject, Feature, Rule, SourceSubject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from feasilint.rule import Subject

    Say = Callable[[Rule, Feature], Iterator[Finding]]

PATH = "model.ipynb"


def at(line: int, end_line: int = 0, cell: int | None = 0, path: str = PATH) -> Place:
    return Place(path, Span(cell, line, 1, end_line or line, 9))


def feature(name: str = "n_txn") -> Feature:
    return Feature(name, at(4), "XGBClassifier", "model", at(9))


def rule(code: str, say: Say, beats: tuple[str, ...] = ()) -> Rule:
    """A feature rule that says what `say` gives."""

    class Made(Rule):
        name = f"rule-{code.lower()}"
        scope = "feature"
        severity = batch = Severity.ERROR
        since = "0.1.0"
        supersedes = beats

        def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
            assert isinstance(subject, Feature)
            yield from say(self, subject)

    Made.code = code
    return Made()


def one(message: str = "feature `{0}` is wrong", place: Place | None = None, **details: object) -> Say:
    """One finding per feature."""

    def say(rule: Rule, feature: Feature) -> Iterator[Finding]:
        yield rule.finding(rule.severity, message.format(feature.name), place or at(4), feature=feature.name, **details)

    return say


def ignore(line: int, *codes: str, own_line: bool = False, cell: int | None = 0) -> Ignore:
    covers = line + 1 if own_line else line
    return Ignore(codes, "known", Span(cell, line, 10, line, 30), own_line, covers)


def context(*ignores: Ignore, path: str = PATH) -> Context:
    catalog = Catalog()
    return Context(catalog, Matcher(catalog), {path: Program(path, "notebook", ignores=ignores)})


def test_nothing_to_judge_and_nothing_to_say() -> None:
    silent = rule("TST001", lambda rule, feature: iter(()))
    assert check([], [silent], context()).findings == ()
    assert check([feature()], [silent], context()).findings == ()
    assert check([feature()], [], context()).findings == ()


def test_rules_see_only_subjects_of_their_scope() -> None:
    subjects = [SourceSubject(Source("t", "table"), (at(1),)), DocumentSubject(Program(PATH, "notebook"))]
    checked = check(subjects, [rule("TST001", one())], context())
    assert checked.findings == ()
    assert checked.errors == ()


# --- one fact, one finding ---


def test_different_facts_stay_apart() -> None:
    here, there = rule("TST001", one(place=at(4)), beats=("TST002",)), rule("TST002", one(place=at(5)))
    assert [f.code for f in check([feature()], [here, there], context()).findings] == ["TST001", "TST002"]


def test_a_rule_supersedes_only_for_the_same_feature() -> None:
    specific = rule("TST001", lambda r, f: one()(r, f) if f.name == "a" else iter(()), beats=("TST002",))
    general = rule("TST002", lambda r, f: one()(r, f) if f.name == "b" else iter(()))
    found = check([feature("a"), feature("b")], [specific, general], context()).findings
    assert [f.code for f in found] == ["TST001", "TST002"]


@pytest.mark.parametrize("other", [{"place": at(4)}, {"place": at(7), "source": "raw.tx"}])
def test_the_superseded_finding_becomes_a_note(other: dict[str, object]) -> None:
    specific = rule("TST002", one(source="raw.tx"), beats=("TST001",))
    general = rule("TST001", one("feature `{0}` is old", **other))  # type: ignore[arg-type]
    (found,) = check([feature()], [general, specific], context()).findings
    assert found.code == "TST002"
    assert found.notes == ("TST001 rule-tst001: feature `n_txn` is old",)


@pytest.mark.parametrize(
    ("beats", "source", "codes"),
    [
        ((), "tmp.a", ["SRC001", "TST001"]),
        (("SRC001",), "tmp.b", ["SRC001", "TST001"]),
        (("SRC001",), "tmp.a", ["TST001"]),
    ],
)
def test_what_a_feature_says_of_its_source_is_not_said_again(
    beats: tuple[str, ...], source: str, codes: list[str]
) -> None:
    class OfSource(Rule):
        code, name, scope, since = "SRC001", "of-source", "source", "0.1.0"
        severity = batch = Severity.WARNING

        def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
            assert isinstance(subject, SourceSubject)
            yield self.finding(self.severity, "unknown", subject.places[0], source=subject.source.name)

    subjects = [SourceSubject(Source("tmp.a", "table"), (at(1),)), feature()]
    checked = check(subjects, [OfSource(), rule("TST001", one(source=source), beats)], context())
    assert sorted(finding.code for finding in checked.findings) == codes


def test_a_chain_of_superseded_findings_loses_none() -> None:
    rules = [
        rule("TST001", one(), beats=("TST002", "TST003")),
        rule("TST002", one("b `{0}`"), beats=("TST003",)),
        rule("TST003", one("c `{0}`")),
    ]
    (found,) = check([feature()], rules, context()).findings
    assert [note.split()[0] for note in found.notes] == ["TST002", "TST003"]


def test_one_fact_about_several_features_is_told_once() -> None:
    features = [feature(name) for name in ("d", "a", "c", "b")]
    (found,) = check(features, [rule("TST001", one())], context()).findings
    assert found.message == "feature `d` (also `a`, `b` and 1 more) is wrong"
    assert ("features", "`a`, `b`, `c`, `d`") in found.facts


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("var_{i}_sum",), "feature `var_{i}_sum`"),
        (("*",), "every feature"),
        (("{slice()}",), "a feature without a fixed name"),
        (("*", "a", "{i}"), "feature `a`"),
        (("{i}", "b", "a"), "feature `b` (also `a`)"),
    ],
)
def test_features_without_a_name_are_told_in_words(names: tuple[str, ...], told: str) -> None:
    (found,) = check(map(feature, names), [rule("TST001", one())], context()).findings
    assert found.message == f"{told} is wrong"


def test_the_same_feature_of_two_models_is_told_once_and_named_once() -> None:
    (found,) = check([feature(), feature()], [rule("TST001", one())], context()).findings
    assert found.message == "feature `n_txn` is wrong"
    assert found.facts == ()


def test_a_message_that_says_something_else_is_another_fact() -> None:
    def say(rule: Rule, feature: Feature) -> Iterator[Finding]:
        yield from one(f"feature `{{0}}` uses column {feature.name}")(rule, feature)

    assert len(check([feature("a"), feature("b")], [rule("TST001", say)], context()).findings) == 2


def test_the_worst_severity_of_a_merged_fact_wins() -> None:
    def say(rule: Rule, feature: Feature) -> Iterator[Finding]:
        severity = Severity.ERROR if feature.name == "b" else Severity.INFO
        yield rule.finding(severity, f"feature `{feature.name}` is wrong", at(4), feature=feature.name)

    (found,) = check([feature("a"), feature("b")], [rule("TST001", say)], context()).findings
    assert found.severity is Severity.ERROR


# --- ignores ---


@pytest.mark.parametrize(
    "comment",
    [
        ignore(5, "TST001"),
        ignore(4, "TST002"),
        ignore(4, "TST001", cell=1),
        ignore(4, "TST001", own_line=True),
    ],
)
def test_ignores_that_speak_of_something_else(comment: Ignore) -> None:
    checked = check([feature()], [rule("TST001", one())], context(comment))
    assert len(checked.findings) == 1
    assert checked.suppressed == ()


def test_ignores_of_other_documents_do_not_count() -> None:
    checked = check([feature()], [rule("TST001", one())], context(ignore(4), path="other.ipynb"))
    assert len(checked.findings) == 1


@pytest.mark.parametrize(
    "comment",
    [
        ignore(4),
        ignore(4, "TST001"),
        ignore(4, "AAA100", "TST001"),
        ignore(4, "rule-tst001"),
        ignore(3, "TST001", own_line=True),
        ignore(7, "TST001"),  # the line of a label
        ignore(13, "TST001"),  # the last line of a label
    ],
)
def test_ignores_set_findings_aside(comment: Ignore) -> None:
    labels = (Label(at(7), "read here"), Label(at(11, 13), "built here"))
    checked = check([feature()], [rule("TST001", one(labels=labels))], context(comment))
    assert checked.findings == ()
    assert [f.code for f in checked.suppressed] == ["TST001"]


def test_an_ignored_feature_leaves_the_others_of_a_shared_fact() -> None:
    def say(rule: Rule, feature: Feature) -> Iterator[Finding]:
        built = at(20 if feature.name == "a" else 30)
        yield from one(labels=(Label(built, "feature built here"),))(rule, feature)

    checked = check([feature("a"), feature("b")], [rule("TST001", say)], context(ignore(20)))
    assert [f.feature for f in checked.findings] == ["b"]
    assert [f.feature for f in checked.suppressed] == ["a"]


def test_document_rules_see_the_ignores_that_were_used() -> None:
    seen: list[frozenset[Ignore]] = []

    class Watching(Rule):
        code, name, scope, since = "TST003", "watching", "document", "0.1.0"
        severity = batch = Severity.INFO

        def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
            assert isinstance(subject, DocumentSubject)
            seen.append(subject.used)
            yield from ()

    used, unused = ignore(4, "TST001"), ignore(5, "TST001")
    here = context(used, unused)
    check([DocumentSubject(here.programs[PATH]), feature()], [rule("TST001", one()), Watching()], here)
    assert seen == [frozenset({used})]


# --- failures and order ---


def test_a_failing_rule_costs_only_its_own_findings() -> None:
    def fail(rule: Rule, feature: Feature) -> Iterator[Finding]:
        yield from one("half")(rule, feature)
        raise ValueError("no such window")

    checked = check([feature("a"), feature("b")], [rule("TST001", fail), rule("TST002", one())], context())
    assert {f.code for f in checked.findings} == {"TST002"}
    assert checked.errors == ("TST001 failed on feature `a`: ValueError: no such window",)


def test_findings_come_by_path_cell_line_and_code() -> None:
    places = [at(9), at(2, path="a.sql", cell=None), at(2, cell=3), Place(PATH, None), at(2)]

    def say(rule: Rule, feature: Feature) -> Iterator[Finding]:
        yield from (rule.finding(Severity.ERROR, "m", place, feature="x") for place in places)

    found = check([feature()], [rule("TST001", say)], context()).findings
    assert [f.place for f in found] == [places[1], places[3], places[4], places[0], places[2]]
