"""A layered layout: boxes in columns and rows, with edges that run from left to right.

The steps are those of Sugiyama, Tagawa and Toda, Methods for visual understanding of
hierarchical system structures (1981): columns by longest paths, bends where an edge
crosses a column, an order of each column by barycentres, then rows. It is the same on
every run, and takes about linear time.
"""

from bisect import bisect_right, insort
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

# How often columns are ordered anew, and rows moved: less where there is more to do.
_SWEEPS = 8
_MOVES = 12
_FEW = 5000
# In so few columns, as in the pictures of books, what should stand on the left does,
# however far its use is, and each box stands in the middle of what it takes.
_FEW_COLUMNS = 7
# More bends than these, for each box and at all, are left out: the longest edges are
# then drawn as if nothing were between.
_BENDS_PER_BOX, _BENDS = 3, 1000
# An edge keeps straight where it can: boxes give way to its bends. These need less
# room; boxes are 1 apart.
_BEND_WEIGHT = 3.0
_BEND_ROOM = 0.4


@dataclass(frozen=True)
class Layout:
    """Where boxes stand, by their numbers."""

    # The column of each box, from 0.
    columns: list[int]
    # The row of its middle; two boxes of one column are at least 1 apart.
    rows: list[float]
    # The rows in which an edge crosses the columns between those of its two ends.
    bends: dict[tuple[int, int], list[float]]


def layered(
    count: int,
    edges: Collection[tuple[int, int]],
    *,
    left: Collection[int] = (),
    ports: int = 0,
) -> Layout:
    """The layout of `count` boxes with edges between their numbers.

    The edges have no cycle, and are in the order of the operands that they stand for.
    The first `ports` boxes are alone in the first column; those of `left` are there if
    that is not far away.
    """
    edges = list(dict.fromkeys(edges))
    columns = _columns(count, edges, left, ports)
    net = _Net(list(columns))
    chains = net.connect(edges)
    order = _ordered(net)
    rows = _rows(net, order, count)
    bends = {
        edge: [rows[each] for each in chain] for edge, chain in chains.items() if chain
    }
    return Layout(columns, rows[:count], bends)


def _columns(
    count: int,
    edges: Sequence[tuple[int, int]],
    left: Collection[int],
    ports: int,
) -> list[int]:
    """The column of each box: as far right as those that take it allow."""
    takers: list[list[int]] = [[] for _ in range(count)]
    missing = [0] * count
    for source, target in edges:
        takers[target].append(source)
        missing[source] += 1
    # How many columns there are to the right of each.
    behind = [0] * count
    ready = [box for box in range(count) if not missing[box]]
    for box in ready:
        for source in takers[box]:
            behind[source] = max(behind[source], behind[box] + 1)
            missing[source] -= 1
            if not missing[source]:
                ready.append(source)
    first = 1 if ports else 0
    depth = max(behind[ports:], default=0) + first
    columns = [depth - each for each in behind]
    columns[:ports] = [0] * ports
    if depth < _FEW_COLUMNS:
        for box in left:
            columns[box] = first
    return columns


@dataclass(eq=False, slots=True)
class _Net:
    """Boxes and bends, each with its column and its neighbours in those beside it."""

    columns: list[int]
    before: list[list[int]] = field(default_factory=list)
    after: list[list[int]] = field(default_factory=list)

    def connect(
        self, edges: Sequence[tuple[int, int]]
    ) -> dict[tuple[int, int], list[int]]:
        """Add the edges; the bends that each of them got, from left to right."""
        count = len(self.columns)
        self.before = [[] for _ in range(count)]
        self.after = [[] for _ in range(count)]
        bent = self._bent(edges)
        # Edges from one box share their bends: they part where they must.
        known: dict[tuple[int, int], int] = {}
        chains: dict[tuple[int, int], list[int]] = {}
        for source, target in edges:
            chain: list[int] = []
            at = source
            if (source, target) in bent:
                for column in range(self.columns[source] + 1, self.columns[target]):
                    bend = known.get((source, column))
                    if bend is None:
                        bend = known[source, column] = self._add_bend(column)
                        self._join(at, bend)
                    chain.append(bend)
                    at = bend
            self._join(at, target)
            chains[source, target] = chain
        return chains

    def _add_bend(self, column: int) -> int:
        self.columns.append(column)
        self.before.append([])
        self.after.append([])
        return len(self.columns) - 1

    def _join(self, one: int, other: int) -> None:
        self.after[one].append(other)
        self.before[other].append(one)

    def _bent(self, edges: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
        """The edges that get bends: all of them, or the shortest."""
        columns = self.columns
        room = _BENDS + _BENDS_PER_BOX * len(columns)
        bent = set()
        for source, target in sorted(
            edges, key=lambda e: columns[e[1]] - columns[e[0]]
        ):
            room -= columns[target] - columns[source] - 1
            if room < 0:
                break
            bent.add((source, target))
        return bent


def _ordered(net: _Net) -> list[list[int]]:
    """Each column's boxes and bends from top to bottom, with few crossings."""
    order = _as_written(net)
    best, fewest = order, _crossings(net, order)
    for sweep in range(_SWEEPS if len(net.columns) < _FEW else 2):
        if not fewest:
            break
        forward = sweep % 2 == 0
        beside = net.before if forward else net.after
        order = [list(column) for column in order]
        place = _places(order)
        for column in order if forward else reversed(order):
            column.sort(key=lambda each: _mean(beside[each], place, place[each]))
            place.update(zip(column, range(len(column)), strict=True))
        crossings = _crossings(net, order)
        if crossings < fewest:
            best, fewest = order, crossings
    return best


def _as_written(net: _Net) -> list[list[int]]:
    """The order in which operands stand: that of a tree has no crossings."""
    order: list[list[int]] = [[] for _ in range(max(net.columns, default=-1) + 1)]
    met = bytearray(len(net.columns))
    ends = [each for each, after in enumerate(net.after) if not after]
    pending = ends[::-1]
    while pending:
        each = pending.pop()
        if not met[each]:
            met[each] = 1
            order[net.columns[each]].append(each)
            pending.extend(reversed(net.before[each]))
    return order


def _places(order: list[list[int]]) -> dict[int, float]:
    return {each: float(place) for column in order for place, each in enumerate(column)}


def _mean(beside: Sequence[int], place: dict[int, float], own: float) -> float:
    return sum([place[each] for each in beside]) / len(beside) if beside else own


def _crossings(net: _Net, order: list[list[int]]) -> int:
    """How many pairs of edges between neighbouring columns cross."""
    place = _places(order)
    count = 0
    for column in order:
        passed: list[float] = []
        for each in column:
            targets = sorted([place[target] for target in net.after[each]])
            count += sum([len(passed) - bisect_right(passed, t) for t in targets])
            for target in targets:
                insort(passed, target)
    return count


def _rows(net: _Net, order: list[list[int]], count: int) -> list[float]:
    """The row of each box and bend: near its neighbours', in the order of its column.

    What is numbered from `count` on is a bend.
    """
    rows = [0.0] * len(net.columns)
    rooms: list[list[float]] = []
    for column in order:
        # Each one's least row, were all above it as high as they can be.
        room, at = [], 0.0
        for above, each in zip([None, *column], column, strict=False):
            if above is not None:
                at += (_room(above, count) + _room(each, count)) / 2
            room.append(at)
            rows[each] = at
        rooms.append(room)
    # What a long way leads to stays straight, and others join it.
    depths = _depths(net, order, count)
    weights = [1.0 + depth**2 for depth in depths[:count]]
    weights += [_BEND_WEIGHT] * (len(rows) - count)
    moves = _MOVES if len(rows) < _FEW else 4
    both = [[*b, *a] for b, a in zip(net.before, net.after, strict=True)]
    sides = [net.before, net.after] * (moves // 2)
    sides += [net.before] if len(order) < _FEW_COLUMNS else [both, both]
    for turn, beside in enumerate(sides):
        forward = turn % 2 == 0
        columns = list(zip(order, rooms, strict=True))
        for column, room in columns if forward else reversed(columns):
            wished = []
            for each in column:
                near = beside[each]
                pull = [weights[b] for b in near]
                total = sum([p * rows[b] for p, b in zip(pull, near, strict=True)])
                wished.append(total / sum(pull) if near else rows[each])
            found = _apart(wished, room, [weights[each] for each in column])
            for each, row in zip(column, found, strict=True):
                rows[each] = row
    top = min(rows[:count], default=0.0)
    return [row - top for row in rows]


def _depths(net: _Net, order: list[list[int]], count: int) -> list[int]:
    """Of how many boxes the longest way to each consists."""
    depths = [0] * len(net.columns)
    for column in order:
        for each in column:
            step = 1 if each < count else 0
            depths[each] = max([depths[b] + step for b in net.before[each]], default=0)
    return depths


def _room(each: int, count: int) -> float:
    return 1.0 if each < count else _BEND_ROOM


def _apart(
    wished: Sequence[float], room: Sequence[float], weights: Sequence[float]
) -> list[float]:
    """The rows nearest to those wished for that are as far apart as `room` says.

    Nearest by the weighted sum of squares: an isotonic regression, by pooling those
    that would be out of order (Barlow and others, Statistical inference under order
    restrictions, 1972).
    """
    # Of each pool: its mean, its weight and how many are in it.
    pools: list[tuple[float, float, int]] = []
    for wish, least, weight in zip(wished, room, weights, strict=True):
        mean, size = wish - least, 1
        while pools and pools[-1][0] >= mean:
            other, heavy, many = pools.pop()
            mean = (mean * weight + other * heavy) / (weight + heavy)
            weight, size = weight + heavy, size + many
        pools.append((mean, weight, size))
    means = [mean for mean, _, size in pools for _ in range(size)]
    return [mean + least for mean, least in zip(means, room, strict=True)]
