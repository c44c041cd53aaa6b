"""Clusters and the warning on a bridge, against networkx-free brute force."""

import random

from services.dedupe.clusters import Cluster, Pair, clusters


def test_pairs_hold_records_together() -> None:
    found = clusters([Pair(1, 2, 0.99), Pair(2, 3, 0.95), Pair(7, 9, 0.6)])
    assert found == [Cluster((1, 2, 3), 0.95, ()), Cluster((7, 9), 0.6, ())]


def test_a_weak_bridge_is_warned_of() -> None:
    weak = Pair(3, 4, 0.55)
    first = [Pair(1, 2, 0.99), Pair(2, 3, 0.99), Pair(1, 3, 0.97)]
    second = [Pair(4, 5, 0.99), Pair(5, 6, 0.98), Pair(4, 6, 0.99)]
    assert clusters([*first, weak, *second]) == [Cluster((1, 2, 3, 4, 5, 6), 0.55, (weak,))]


def test_a_weak_pair_inside_a_ring_is_no_bridge() -> None:
    ring = [Pair(1, 2, 0.99), Pair(2, 3, 0.55), Pair(1, 3, 0.97)]
    assert clusters(ring) == [Cluster((1, 2, 3), 0.55, ())]


def test_a_strong_bridge_is_not_warned_of() -> None:
    assert clusters([Pair(1, 2, 0.99), Pair(2, 3, 0.91)])[0].weak_bridges == ()
    assert clusters([Pair(1, 2, 0.99), Pair(2, 3, 0.91)], weak_below=0.95)[0].weak_bridges == (
        Pair(2, 3, 0.91),
    )


def _components(records: set[int], pairs: list[Pair]) -> set[frozenset[int]]:
    groups = {record: {record} for record in records}
    for pair in pairs:
        if groups[pair.left] is not groups[pair.right]:
            groups[pair.left] |= groups[pair.right]
            for record in groups[pair.right]:
                groups[record] = groups[pair.left]
    return {frozenset(group) for group in groups.values()}


def test_bridges_are_what_removal_says() -> None:
    chance = random.Random(11)
    for _ in range(200):
        size = chance.randrange(3, 12)
        every = [(one, other) for one in range(size) for other in range(one + 1, size)]
        pairs = [Pair(one, other, chance.random()) for one, other in chance.sample(every, size)]
        records = {record for pair in pairs for record in (pair.left, pair.right)}
        whole = _components(records, pairs)
        found = clusters(pairs, weak_below=2.0)
        assert {frozenset(cluster.records) for cluster in found} == whole
        expected = {
            pair
            for pair in pairs
            if len(_components(records, [other for other in pairs if other is not pair])) > len(whole)
            and max(len(group) for group in whole if pair.left in group) > 2
        }
        assert {pair for cluster in found for pair in cluster.weak_bridges} == expected


def test_a_long_chain_needs_no_recursion() -> None:
    chain = [Pair(number, number + 1, 0.5) for number in range(20_000)]
    (cluster,) = clusters(chain)
    assert len(cluster.weak_bridges) == 20_000
