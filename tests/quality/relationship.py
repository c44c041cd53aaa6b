"""How well tie strength tells who will exchange mail, on a real log, beside message count, recency and one half-life.

`python -m tests.quality.relationship` prints a table and writes build/quality-relationship.json; exit code 1 if a bar
of the spec is missed. Needs the data folder (LEADLIGHT_SHARED_DATA, default ../shared/data): enron_perry, mails
between 156 employees, all of which count as both sides.

The task: at a cut T (00:00 UTC on the first of each month) the pairs of people that had contact before T are ranked;
right is a pair that mails in both directions in the 60 days from T on. A mail to oneself is left out; one mail to
several people counts for each. ROC AUC over unordered pairs. The model is fitted anew for every cut, on what lies
before it alone: rows from T on are cut away before it is called.

What was looked at while it was built: the cuts up to 2001-04, with their variants below, to choose features, ridge
and default; the later ones only to report them. Cuts are left out where fewer than 20 pairs go on, and the last ones
because the log thins out there: 60 days must lie before 2002-04.

Variants show whether the weights adapt, where another memory would be right: the log up to 2001-05 with a tenth of
its mails, the same reversed in time, and stretched to four times its length.
"""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from services.relationship.pair_days import PairDays
from services.relationship.tie_fitting import OUTCOME_DAYS, fit_ties
from services.relationship.tie_strength import TieModel, strengths

REPOSITORY = Path(__file__).parents[2]
DATA = Path(os.environ.get("LEADLIGHT_SHARED_DATA", REPOSITORY.parent / "shared" / "data"))
LOG = DATA / "relationship" / "enron_perry"
RESULTS = REPOSITORY / "build" / "quality-relationship.json"
SECONDS_A_DAY = 86_400
EPOCH = date(1970, 1, 1)
LEAST = {"2001-06-01": 0.86, "2001-09-01": 0.83}
FIRST_CUT, LAST_CUT = date(2000, 5, 1), date(2002, 2, 1)
EARLY_END = date(2001, 5, 1)
VARIANTS_BEGIN = date(2000, 1, 1)
FEWEST_POSITIVE = 20
HALF_LIVES_DAYS = (7, 14, 30, 60, 120)

Result = dict[str, Any]
"""`cut`, `pairs`, `go_on` and `auc`, by way to rank."""


@dataclass(frozen=True)
class Log:
    """Mails, one row per sender and recipient.

    Attributes:
        pairs: Persons of each pair, the lower number first.
        pair: Index into `pairs`.
        from_lower: Whether the person with the lower number sent it.
        time_s: Seconds since 1970.
    """

    pairs: tuple[tuple[str, str], ...]
    pair: NDArray[np.int64]
    from_lower: NDArray[np.bool_]
    time_s: NDArray[np.int64]

    def rows(self, keep: NDArray[np.bool_]) -> "Log":
        return replace(self, pair=self.pair[keep], from_lower=self.from_lower[keep], time_s=self.time_s[keep])

    def before(self, day: date) -> "Log":
        return self.rows(self.time_s < seconds(day))

    def days(self) -> PairDays:
        """Returns the daily counts of each pair."""
        day = self.time_s // SECONDS_A_DAY
        key, index = np.unique(np.column_stack([self.pair, day]), axis=0, return_inverse=True)
        sent = np.bincount(index.ravel(), self.from_lower, len(key)).astype(np.int64)
        received = np.bincount(index.ravel(), ~self.from_lower, len(key)).astype(np.int64)
        return PairDays(self.pairs, key[:, 0], key[:, 1], sent, received, np.zeros(len(key), dtype=np.int64))

    def goes_on(self, cut: date) -> NDArray[np.bool_]:
        """Returns for each pair whether it mails both ways in the days from `cut` on."""
        after = self.rows(self.time_s >= seconds(cut)).before(cut + timedelta(days=OUTCOME_DAYS))
        ways = np.zeros((len(self.pairs), 2), dtype=bool)
        ways[after.pair, after.from_lower.astype(int)] = True
        return ways[:, 0] & ways[:, 1]

    def last_s(self) -> NDArray[np.float64]:
        """Returns when each pair last wrote; -1 for one that never did."""
        last = np.full(len(self.pairs), -1.0)
        np.maximum.at(last, self.pair, self.time_s)
        return last


def seconds(day: date) -> int:
    return (day - EPOCH).days * SECONDS_A_DAY


def read_log() -> Log:
    sent: dict[str, tuple[int, int]] = {}
    for row in (LOG / "messages.tsv").read_text(encoding="utf-8", errors="replace").splitlines():
        message, _, time_s, *_, sender = row.split("\t")
        sent[message] = int(sender), int(time_s)
    recipients = (LOG / "recipients.tsv").read_text(encoding="utf-8").splitlines()
    mails = {(message, int(person)) for message, _, person in (row.split("\t") for row in recipients)}
    rows = [(*sent[message], person) for message, person in sorted(mails) if sent[message][0] != person]
    sender, time_s, receiver = np.array(rows, dtype=np.int64).T
    people = np.column_stack([np.minimum(sender, receiver), np.maximum(sender, receiver)])
    pairs, pair = np.unique(people, axis=0, return_inverse=True)
    names = tuple((str(one), str(other)) for one, other in pairs.tolist())
    return Log(names, pair.ravel(), sender < receiver, time_s)


def auc(right: NDArray[np.bool_], score: NDArray[np.float64]) -> float:
    """Area under the ROC curve; equal scores count half."""
    positives = int(right.sum())
    ranks = rankdata(score)[right].sum() - positives * (positives + 1) / 2
    return float(ranks / (positives * (len(right) - positives)))


def at_cut(log: Log, cut: date) -> Result | None:
    """Returns how well each way ranks at a cut; None where too few pairs go on."""
    past = log.before(cut)
    days, last_s = past.days(), past.last_s()
    known = last_s >= 0
    right = log.goes_on(cut)[known]
    if right.sum() < FEWEST_POSITIVE:
        return None
    cut_day = (cut - EPOCH).days
    model = fit_ties(days, cut_day)
    scores = {
        "strength": strengths(days, cut_day, model),
        "unfitted": strengths(days, cut_day, TieModel.default()),
        "count": (days.total(days.sent) + days.total(days.received)).astype(np.float64),
        "recency": last_s,
    }
    for half_life_days in HALF_LIVES_DAYS:
        sent, received = days.decayed(cut_day, half_life_days)
        scores[f"{half_life_days} days"] = np.sqrt(sent * received) + 0.001 * (sent + received)
    aucs = {name: auc(right, score[known]) for name, score in scores.items()}
    return {"cut": cut.isoformat(), "pairs": len(right), "go_on": int(right.sum()), "auc": aucs}


def months(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first = date(first.year + first.month // 12, first.month % 12 + 1, 1)


def variants(log: Log) -> Iterator[tuple[str, Log, list[date]]]:
    """Yields logs made of the early part, each with its cuts."""
    early = log.before(EARLY_END)
    cuts = list(months(FIRST_CUT, date(2001, 3, 1)))
    drawn = np.random.default_rng(0).random(len(early.pair)) < 0.1
    yield "a tenth of the mails", early.rows(drawn), cuts
    start = seconds(VARIANTS_BEGIN)
    mirrored = replace(early, time_s=start + seconds(EARLY_END) - 1 - early.time_s)
    yield "reversed in time", mirrored, list(months(date(2000, 7, 1), date(2000, 11, 1)))
    slow = replace(early, time_s=start + 4 * (early.time_s - start))
    yield "four times as slow", slow, [VARIANTS_BEGIN + 4 * (cut - VARIANTS_BEGIN) for cut in cuts]


def show(name: str, aucs: dict[str, float], pairs: str = "", go_on: str = "") -> None:
    print(f"{name:<28}{pairs:>6}{go_on:>6} " + " ".join(f"{value:>9.3f}" for value in aucs.values()))


def mean_of(results: list[Result]) -> dict[str, float]:
    names = results[0]["auc"]
    return {name: float(np.mean([result["auc"][name] for result in results])) for name in names}


def missed(results: list[Result]) -> list[str]:
    """Returns the bars of the spec that are missed."""
    found = []
    for result in results:
        cut, aucs = result["cut"], result["auc"]
        if aucs["strength"] < LEAST.get(cut, 0.0):
            found.append(f"{cut}: {aucs['strength']:.3f}, wanted {LEAST[cut]}")
        found += [
            f"{cut}: {aucs['strength']:.3f}, {other} alone {aucs[other]:.3f}"
            for other in ("count", "recency")
            if aucs["strength"] <= aucs[other]
        ]
    return found


def main() -> int:
    """Measures, prints and writes; 1 if a bar is missed."""
    if not LOG.is_dir():
        sys.stderr.write(f"no data folder {LOG}: set LEADLIGHT_SHARED_DATA\n")
        return 1
    log = read_log()
    results = [result for cut in months(FIRST_CUT, LAST_CUT) if (result := at_cut(log, cut))]
    print(f"{'enron_perry':<28}{'pairs':>6}{'on':>6} " + " ".join(f"{name:>9}" for name in results[0]["auc"]))
    for result in results:
        show(result["cut"], result["auc"], str(result["pairs"]), str(result["go_on"]))
    means = {"enron_perry": mean_of(results)}
    for name, variant, cuts in variants(log):
        means[name] = mean_of([result for cut in cuts if (result := at_cut(variant, cut))])
    for name, aucs in means.items():
        show(f"mean, {name}", aucs)
    misses = missed(results)
    print(*(misses or ["every bar is met"]), sep="\n")
    RESULTS.parent.mkdir(exist_ok=True)
    found = {"cuts": results, "means": means, "missed": misses}
    RESULTS.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return int(bool(misses))


if __name__ == "__main__":
    sys.exit(main())
