"""Random DuckDB statements over three little tables, each of them one that DuckDB accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from random_values import DDL, INTEGERS, TABLES, Columns, Values

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["DDL", "TABLES", "Grammar"]


class Grammar(Values):
    """Makes statements."""

    # -- sources

    def source(self, depth: int) -> tuple[str, Columns]:
        """What stands in a FROM clause, with the columns as they can be written there."""
        for _ in range(8):
            text = self.one_of(*self.sources(depth))
            found = self.columns(f"select * from {text}")
            if found is not None and self.integers(found):
                return text, self.spellings(text, found)
        return "t1", [("id", "int"), ("g", "int"), ("x", "int"), ("y", "int")]

    def sources(self, depth: int) -> list[Callable[[], str]]:
        plain: list[Callable[[], str]] = [self.table, self.table]
        if depth <= 0:
            return plain
        return [
            *plain,
            lambda: self.joined(depth - 1),
            lambda: self.joined(depth - 1),
            lambda: self.joined(depth - 1),
            lambda: f"({self.query(depth - 1)}) {self.name('q')}",
            lambda: self.renamed(depth - 1),
            lambda: self.unnested(),
            lambda: (
                f"{self.table()} pivot ({self.aggregate(self.any_columns())} for {self.pick('g', 'h', 'x', 'id')} "
                f"in (0, 1, 2){self.pick('', ' group by x', ' group by id')})"
            ),
            lambda: f"{self.table()} unpivot include nulls (v for n in ({self.pick('x, y', 'x, z', 'id, x', 'w, g')}))",
            lambda: f"(values (1, 2), (2, 0)) {self.name('v')}(a, b)",
            lambda: f"(from {self.table()}) {self.name('q')}",
            lambda: (
                f"({self.pick('pivot', 'pivot_wider')} t1 on g in (0, 1) using sum(x) as s, count(y) as c group by id) {self.name('p')}"
            ),
            lambda: (
                f"(unpivot t1 on {self.pick('x, y', 'columns(* exclude (id, g))', 'x as a, y as b', '(x, y), (y, id)')} into name n value {self.pick('v', 'v, v2')}) {self.name('p')}"
            ),
        ]

    def any_columns(self) -> Columns:
        return [(name, "int") for name in ("x", "y", "z", "id", "h", "w")]

    def table(self) -> str:
        known = [*TABLES, *(name for name, _ in self.ctes)]
        found = self.random.choice(known)
        return f"{found} {self.name('a')}" if self.chance(0.6) else found

    def renamed(self, depth: int) -> str:
        query = self.query(depth)
        found = self.columns(query) or []
        return f"({query}) {self.name('q')}({', '.join(f'k{at}' for at in range(1, len(found) + self.pick(0, 1)))})"

    def unnested(self) -> str:
        alias = self.name("a")
        return str(
            self.pick(
                f"t3 {alias}, unnest({alias}.l) {self.name('u')}(e)",
                f"t3 {alias} cross join unnest({alias}.l) {self.name('u')}(e)",
                f"t3 {alias} left join lateral (select unnest({alias}.l) as e) {self.name('u')} on true",
                f"(select *, unnest(l) as e from t3 {alias}) {self.name('u')}",
                f"(select g, unnest(s) from t3 {alias}) {self.name('u')}",
                f"(select {alias}.s.* , w from t3 {alias}) {self.name('u')}",
                f"(select g, unnest([w, g]) as e, generate_subscripts([w, g], 1) as i from t3) {self.name('u')}",
            )
        )

    def joined(self, depth: int) -> str:
        left, columns = self.source(depth)
        right, others = self.source(depth)
        both = [*columns, *others]
        return self.one_of(
            lambda: (
                f"{left} {self.pick('join', 'left join', 'right join', 'full join')} {right} on {self.predicate(both, 1)}"
            ),
            lambda: (
                f"{left} {self.pick('join', 'left join', 'full join')} {right} on {self.column(columns)} = {self.column(others)}"
            ),
            lambda: (
                f"{left} {self.pick('join', 'left join', 'right join', 'full join')} {right} using ({self.pick('id', 'x', 'g', 'id, x')})"
            ),
            lambda: f"{left} natural {self.pick('join', 'left join', 'full join')} {right}",
            lambda: (
                f"{left} {self.pick('semi', 'anti')} join {right} {self.pick('using (id)', 'using (g)', f'on {self.predicate(both, 1)}')}"
            ),
            lambda: (
                f"{left} asof {self.pick('join', 'left join')} {right} on {self.column(columns)} = {self.column(others)} and {self.column(columns)} >= {self.column(others)}"
            ),
            lambda: f"{left} asof join {right} using ({self.pick('g, x', 'id, x')})",
            lambda: f"{left} cross join {right}",
            lambda: f"{left}, {right}",
            lambda: f"{left} positional join {right}",
            lambda: f"{left}, lateral ({self.lateral(columns)}) {self.name('q')}",
            lambda: f"{left} left join lateral ({self.lateral(columns)}) {self.name('q')} on true",
        )

    def lateral(self, outer: Columns) -> str:
        source, columns = self.source(0)
        self.outer.append(outer)
        try:
            made = self.pick(self.value(columns, 1), f"sum({self.value(columns, 1)})::int")
            return f"select {made} as {self.name('m')} from {source} where {self.predicate(columns, 1)}"
        finally:
            self.outer.pop()

    def spellings(self, text: str, found: list[tuple[str, str]]) -> Columns:
        """Which of the columns can be named, bare or behind the alias of what they come from."""
        names = [f'"{name}"' if not name.isidentifier() else name for name, _ in found]
        kinds = [kind for _, kind in found]
        made: Columns = []
        aliases = [word.strip("(),") for word in text.split() if word.strip("(),").isalnum()]
        aliases = [word for word in dict.fromkeys(aliases) if not word.isdigit()]
        for name, kind in zip(names, kinds, strict=True):
            spelled = [name, *(f"{alias}.{name}" for alias in self.random.sample(aliases, min(3, len(aliases))))]
            self.random.shuffle(spelled)
            for one in spelled:
                if self.columns(f"select {one} from {text}") is not None:
                    made.append((one, kind))
                    break
        return made or [("1", "int")]

    # -- queries

    def query(self, depth: int = 2) -> str:
        return self.accepted(lambda: self.one_of(*self.queries(depth)), "select id, x, y from t1")

    def queries(self, depth: int) -> list[Callable[[], str]]:
        select = [lambda: self.plain(depth), lambda: self.grouped(depth), lambda: self.windows(depth)]
        return [
            *select,
            *select,
            lambda: self.united(depth),
            lambda: self.distinct_on(depth),
            lambda: self.starred(depth),
            lambda: self.starred(depth),
            lambda: self.recursive(),
            lambda: (
                f"with {(name := self.name('c'))} as ({self.query(depth - 1)}) select * from {name}"
                if depth > 0
                else self.plain(0)
            ),
        ]

    def where(self, columns: Columns, p: float = 0.5) -> str:
        return f" where {self.predicate(columns)}" if self.chance(p) else ""

    def items(self, makers: Callable[[], str], stem: str = "o") -> str:
        return ", ".join(f"{makers()} as {self.name(stem)}" for _ in range(self.pick(1, 2, 3)))

    def plain(self, depth: int) -> str:
        source, columns = self.source(depth)
        items = self.items(lambda: self.value(columns))
        if self.chance(0.3):
            items = f"{self.column(columns)}, {items}"
        if self.chance(0.3):  # an alias that is used beside where it is made
            alias = items.split(" as ")[-1]
            items += f", {alias} + {self.column(columns)} as {self.name('o')}"
        distinct = "distinct " if self.chance(0.15) else ""
        limit = f" order by all limit {self.pick(1, 2, 3)}" if self.chance(0.1) else ""
        return f"select {distinct}{items} from {source}{self.where(columns)}{limit}"

    def grouped(self, depth: int) -> str:
        source, columns = self.source(depth)
        keys = [self.value(columns, 1) for _ in range(self.pick(1, 2))]
        named = ", ".join(f"{key} as {self.name('k')}" for key in keys)
        listed = ", ".join(keys)
        sets = ", ".join(f"({one})" for one in [*keys, ""])
        by = self.pick(listed, listed, "all", "1", f"rollup ({listed})", f"cube ({listed})", f"grouping sets ({sets})")
        items = f"{named}, {self.items(lambda: self.aggregate(columns))}"
        having = (
            f" having {self.aggregate(columns)} > {self.pick('1', self.aggregate(columns))}" if self.chance(0.3) else ""
        )
        if self.chance(0.15):
            items += f", sum({self.aggregate(columns)}) over (order by {keys[0]}) as {self.name('o')}"
        if self.chance(0.1):
            items += f", grouping({keys[0]}) as {self.name('o')}"
        if self.chance(0.15):
            return f"select {self.items(lambda: self.aggregate(columns))} from {source}{self.where(columns)}{having}"
        return f"select {items} from {source}{self.where(columns)} group by {by}{having}"

    def windows(self, depth: int) -> str:
        source, columns = self.source(depth)
        named = self.name("w") if self.chance(0.5) else None
        items = self.items(lambda: self.windowed(columns, named))
        star = self.pick("", "", "*, ", f"{self.column(columns)}, ")
        clause = f" window {named} as ({self.window(columns)})" if named else ""
        qualify = ""
        if self.chance(0.5):
            qualify = f" qualify {self.windowed(columns, named)} {self.pick('=', '<', '>')} {self.pick('1', '2')}"
            if self.chance(0.3):
                alias = items.split(" as ")[-1]
                qualify = f" qualify {alias} >= 1"
        return f"select {star}{items} from {source}{self.where(columns)}{clause}{qualify}"

    def united(self, depth: int) -> str:
        word = self.pick(
            "union", "union all", "union all by name", "union by name", "intersect", "except", "except all"
        )
        left, right = self.query(depth - 1), self.query(depth - 1)
        if "by name" not in word:
            width = min(len(self.columns(left) or []), len(self.columns(right) or []))
            left, right = (f"select {', '.join(self.first(one, width))} from ({one})" for one in (left, right))
        made = f"({left}) {word} ({right})"
        return f"select * from ({made})" if self.chance(0.5) else made

    def first(self, query: str, width: int) -> list[str]:
        return [f'"{name}"' for name, _ in (self.columns(query) or [("1", "")])[:width]]

    def distinct_on(self, depth: int) -> str:
        source, columns = self.source(depth)
        key, order = self.value(columns, 1), ", ".join(self.value(columns, 1) for _ in range(3))
        return f"select distinct on ({key}) {self.items(lambda: self.value(columns, 1))} from {source}{self.where(columns)} order by {order}"

    def starred(self, depth: int) -> str:
        source, columns = self.source(depth)
        real = [name for name, _ in self.columns(f"select * from {source}") or []]
        one = f'"{self.random.choice(real)}"' if real else "x"
        other = f'"{self.random.choice(real)}"' if real else "x"
        qualified = next((name.rsplit(".", 1)[0] for name, _ in columns if "." in name), None)
        items = self.one_of(
            lambda: "*",
            lambda: f"{qualified}.*" if qualified else "*",
            lambda: f"* exclude ({one})",
            lambda: f"* replace ({self.value(columns, 1)} as {one})",
            lambda: f"* exclude ({other}) replace ({self.value(columns, 1)} as {one})",
            lambda: f"* rename ({one} as {self.name('o')})",
            lambda: f"columns('{self.pick('x|y', '^[a-i]', '.*', 'o')}')",
            lambda: f"columns(c -> c {self.pick('like', 'not like')} '{self.pick('x%', '%d', 'g')}')",
            lambda: f"columns(* exclude ({one}))",
            lambda: f"columns([{one.replace(chr(34), chr(39))}, {other.replace(chr(34), chr(39))}])",
            lambda: f"columns('{self.pick('x|y', 'x|id')}') + {self.value(columns, 1)}",
            lambda: f"coalesce(columns('{self.pick('x|y', 'x|id')}'), {self.value(columns, 1)}) as \"m_\\0\"",
            lambda: f"max(columns('{self.pick('x|y', 'x|id')}'))",
            lambda: f"* , {self.value(columns)} as {self.name('o')}",
            lambda: f"{self.value(columns)} as {self.name('o')}, {f'{qualified}.*' if qualified else '*'}",
            lambda: f"{f'{qualified}.*' if qualified else '*'}, {self.aggregate(columns)} as {self.name('o')}",
            lambda: f"* like '{self.pick('x%', '%d', 'g')}'",
        )
        tail = self.pick("", "", "", " group by all", " qualify row_number() over (order by all) = 1")
        return f"select {items} from {source}{self.where(columns, 0.3)}{tail}"

    def recursive(self) -> str:
        name = self.name("r")
        source, columns = self.source(0)
        again, others = self.source(0)
        both = [("n", "int"), ("v", "int"), *others]
        step = self.pick(
            f"select n + 1, {self.value([('v', 'int'), ('n', 'int')], 1)} from {name} where n < 3",
            f"select n + 1, {self.value(both, 1)} from {name}, {again} where n < 2 and {self.predicate(both, 1)}",
            f"select n + 1, {self.value(others, 1)} from {name} join {again} on v = {self.column(others)} where n < 2",
        )
        start = f"select 1, {self.value(columns, 1)} from {source}{self.where(columns)}"
        inner = (
            f"with recursive {name}(n, v) as ({start} {self.pick('union', 'union all')} {step}) select n, v from {name}"
        )
        return f"select * from ({inner})" if self.chance(0.5) else inner

    # -- statements

    def script(self) -> str:
        """Statements of which the last one is a query."""
        self.ctes, self.outer = [], []
        kind = self.random.random()
        if kind < 0.45:
            return self.query(2)
        if kind < 0.75:
            return self.with_clause()
        return self.changes()

    def with_clause(self) -> str:
        for _ in range(self.pick(1, 2, 3)):
            text = self.query(1)
            self.ctes.append((self.name("c"), text))
        query = self.query(2)
        text = self.with_ctes(query)
        self.ctes = []
        return text

    def changes(self) -> str:
        """A table or a view is made, changed and read."""
        made = self.name("m")
        query = self.query(1)
        names = [f'"{name}"' for name, kind in self.columns(query) or [] if kind in INTEGERS]
        if not names or self.chance(0.2):
            other = self.name("m")
            return f"create view {made} as {query};\ncreate temp view {other} as select * from {made};\nselect * from {other}"
        temporary = self.chance(0.5)
        lines = [f"create {'temp ' if temporary else ''}table {made} as {query}"]
        own: Columns = [(name, "int") for name in names]
        lines += [self.change(made, own, temporary) for _ in range(self.pick(1, 2))]
        return ";\n".join([*lines, f"select * from {made}"])

    def change(self, made: str, own: Columns, temporary: bool) -> str:
        source, columns = self.source(0)
        qualified = [(f"{made}.{name}", kind) for name, kind in own]
        both = [*qualified, *columns]
        target, other = self.column(own), self.name("n")
        return self.one_of(
            *(
                (
                    lambda: (
                        f"alter table {made} {self.pick(f'rename column {target} to {other}', f'drop column {target}', f'add column {other} int default 0')}"
                    ),
                    lambda: f"delete from {made} where {self.predicate(own)}",
                    lambda: f"delete from {made} using {source} where {self.predicate(both)}",
                )
                if temporary
                else ()
            ),
            lambda: f"update {made} set {target} = {self.value(own)}{self.where(own)}",
            lambda: f"update {made} set {target} = {self.aggregate_of(columns)} where {self.predicate(own)}",
            lambda: f"update {made} set {target} = {self.scalar_subquery(qualified)}{self.where(qualified)}",
            lambda: f"insert into {made} ({target}) select {self.value(columns)} from {source}{self.where(columns)}",
            lambda: f"insert into {made} by name (select {self.value(columns)} as {target} from {source})",
            lambda: (
                f"merge into {made} using (select {self.value(columns, 1)} as k, {self.value(columns, 1)} as v from {source}) u "
                f"on u.k = {self.column(qualified)} when matched and {self.predicate([('u.v', 'int'), *qualified], 1)} then "
                f"{self.pick(f'update set {target} = u.v', 'delete')} when not matched then insert ({target}) values (u.{self.pick('k', 'v')})"
            ),
        )

    def aggregate_of(self, columns: Columns) -> str:
        source, columns = self.source(0)
        return f"(select max({self.value(columns, 1)}) from {source}{self.where(columns)})"
