"""Who knows whom: order, evidence, opt-out, paths of two hops."""

from services.relationship.pair_days import PairDay, PairDays
from services.relationship.tie_strength import Band, TieModel
from services.relationship.ties import Evidence, Path, Tie, strongest, ties_of, two_hop_paths

NONE = Evidence(0, 1, 1, 1)


def test_evidence_counts_what_was_before_the_day() -> None:
    days = PairDays.of(
        [
            PairDay("ann", "carl", 990, sent=2, received=1),
            PairDay("ann", "carl", 992, sent=0, received=4, meetings=1),
            PairDay("ann", "carl", 1001, sent=9, received=9),
            PairDay("bob", "carl", 1001, sent=9, received=9),
        ]
    )
    (tie,) = ties_of(days, 1000, TieModel.default())
    assert (tie.colleague, tie.contact) == ("ann", "carl")
    assert tie.evidence == Evidence(meetings=1, sent=2, received=5, days_ago=7)
    assert tie.band in set(Band)


def test_the_five_strongest_without_who_opted_out() -> None:
    ties = [
        Tie(name, "carl", strength, NONE)
        for name, strength in zip("abcdefg", (1, 7, 3, 4, 5, 6, 7), strict=True)
    ]
    ties.append(Tie("z", "else", 99, NONE))
    assert [tie.colleague for tie in strongest(ties, "carl")] == ["b", "g", "f", "e", "d"]
    assert [tie.colleague for tie in strongest(ties, "carl", opted_out={"b", "f"})] == [
        "g",
        "e",
        "d",
        "c",
        "a",
    ]
    assert strongest(ties, "carl", opted_out={"carl"}) == []


def test_two_hops_over_the_best_common_contact() -> None:
    ties = [
        Tie("ann", "m1", 80, NONE),
        Tie("ann", "m2", 50, NONE),
        Tie("bob", "m2", 90, NONE),
        Tie("cid", "m3", 90, NONE),
    ]
    acquaintances = [("m1", "goal", 50.0), ("goal", "m2", 60.0), ("m3", "other", 90.0)]
    assert two_hop_paths(ties, acquaintances, "goal") == [
        Path("bob", "m2", "goal", 54.0, 90, 60.0),
        Path("ann", "m1", "goal", 40.0, 80, 50.0),
    ]
    assert [path.via for path in two_hop_paths(ties, acquaintances, "goal", opted_out={"m1"})] == ["m2", "m2"]
    assert two_hop_paths(ties, acquaintances, "goal", opted_out={"goal"}) == []
    assert two_hop_paths(ties, [], "goal") == []
