"""Groups of records that pairs hold together, with a warning where a single weak pair does."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

# A pair below this probability that alone joins two parts of a cluster is worth a look before anything is merged.
WEAK_BRIDGE = 0.9
# Two records are a pair, not a cluster that hangs together by one.
_FEWEST_RECORDS = 3


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records, by number, and the probability that they are the same."""

    left: int
    right: int
    probability: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """Records that pairs hold together.

    Attributes:
        records: In order.
        least_probability: Lowest of its pairs.
        weak_bridges: Weak pairs without which the cluster would fall apart; only for three records or more.
    """

    records: tuple[int, ...]
    least_probability: float
    weak_bridges: tuple[Pair, ...]


def clusters(pairs: Iterable[Pair], weak_below: float = WEAK_BRIDGE) -> list[Cluster]:
    """Connected components of the graph of pairs, the first record's order.

    Args:
        pairs: Pairs above the threshold, each at most once.
        weak_below: Probability below which a bridge is weak.
    """
    neighbours: dict[int, list[Pair]] = defaultdict(list)
    for pair in pairs:
        neighbours[pair.left].append(pair)
        neighbours[pair.right].append(pair)
    seen: set[int] = set()
    found = []
    for record in sorted(neighbours):
        if record not in seen:
            component, bridges = _component(record, neighbours)
            seen.update(component)
            is_cluster = len(component) >= _FEWEST_RECORDS
            weak = tuple(pair for pair in bridges if pair.probability < weak_below) if is_cluster else ()
            least = min(pair.probability for member in component for pair in neighbours[member])
            found.append(Cluster(tuple(sorted(component)), least, weak))
    return found


def _component(start: int, neighbours: dict[int, list[Pair]]) -> tuple[list[int], list[Pair]]:
    """A component's records and bridges, depth first without recursion (Tarjan 1974)."""
    entered = {start: 0}
    lowest = {start: 0}
    bridges = []
    path: list[tuple[int, Pair | None, int]] = [(start, None, 0)]
    while path:
        record, arrived_by, next_edge = path.pop()
        if next_edge < len(neighbours[record]):
            path.append((record, arrived_by, next_edge + 1))
            pair = neighbours[record][next_edge]
            other = pair.right if pair.left == record else pair.left
            if pair is arrived_by:
                continue
            if other in entered:
                lowest[record] = min(lowest[record], entered[other])
            else:
                entered[other] = lowest[other] = len(entered)
                path.append((other, pair, 0))
        elif arrived_by is not None:
            parent = path[-1][0]
            lowest[parent] = min(lowest[parent], lowest[record])
            if lowest[record] > entered[parent]:
                bridges.append(arrived_by)
    return list(entered), bridges
