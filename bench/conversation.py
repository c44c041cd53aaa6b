"""Analysis of real calls against the packaged recogniser alone, phrases 10 to 10,000, memory over many analyses.

Needs the data folder (LEADLIGHT_SHARED_DATA, default ../shared/data): the calls are those of earnings22.
"""

import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import psutil

from bench.figures import Figure, against
from bench.workspace import Workspace
from scripts.conversation_sets import SHARED
from services.conversation.analysis import Context, analyze
from services.conversation.call import Call
from services.conversation.entities.recogniser import bare_recogniser
from services.conversation.sentiment.sentiment import warm
from services.conversation.trackers import Tracker, TrackerKind, TrackerMatcher
from tests.quality.conversation import timed_calls

_ROUNDS = 3
_PHRASES = (10, 100, 1_000, 10_000)
_ANALYSES = (1_000, 10_000)  # after which memory is measured
_UTTERANCES, _WORDS = 4, 12  # of a call in the measuring of memory
_SEED = 20260311


def figures(_workspace: Workspace) -> Iterator[Figure]:
    """Times in the same run, and MiB of this process."""
    if not SHARED.exists():
        sys.stderr.write(f"conversation is left out: no data at {SHARED}\n")
        return
    warm()
    calls = [replace(call, has_consent=True) for call in timed_calls()]
    tokens = sum(len(each.text.split()) for call in calls for each in call.utterances)
    vocabulary = sorted({word for call in calls for each in call.utterances for word in each.text.split()})
    matchers = {count: _matcher(vocabulary, count) for count in _PHRASES}
    alone_s, analysed_s = _analysis(calls, Context(trackers=matchers[_PHRASES[-1]]))
    yield against(
        "Analysis of a call, 10,000 phrases tracked",
        1e6 * analysed_s / tokens,
        "us a token",
        baseline=("spaCy's recogniser alone", 1e6 * alone_s / tokens),
        n=len(calls),
    )
    fewest_s = _matching_s(calls, matchers[_PHRASES[0]])
    for count in _PHRASES[1:]:
        yield against(
            f"Tokens searched for {count:,} phrases",
            tokens / _matching_s(calls, matchers[count]),
            "tokens/s",
            baseline=(f"for {_PHRASES[0]} phrases", tokens / fewest_s),
            n=_ROUNDS,
        )
    yield from _memory(vocabulary)


def _matcher(vocabulary: Sequence[str], count: int) -> TrackerMatcher:
    """Phrases of one to three words that are said in the calls, most of them seldom."""
    order = random.Random(_SEED)  # noqa: S311 - a sample, no secret
    trackers: list[Tracker] = []
    while len(trackers) < count:
        phrase = " ".join(order.sample(vocabulary, order.choice((2, 2, 3))))
        if any(each.isalnum() for each in phrase):
            trackers.append(Tracker(f"t{len(trackers)}", TrackerKind.KEYWORD, (phrase,)))
    return TrackerMatcher(trackers)


def _analysis(calls: Sequence[Call], context: Context) -> tuple[float, float]:
    """Seconds of the recogniser alone and of the whole analysis, the best of some rounds each, in turn."""
    nlp = bare_recogniser()
    took: list[tuple[float, float]] = []
    for _ in range(_ROUNDS):
        begun_s = time.perf_counter()
        for call in calls:
            with nlp.memory_zone():
                for doc in nlp.pipe(each.text for each in call.utterances):
                    _ = [name.label_ for name in doc.ents]
        half_s = time.perf_counter()
        for call in calls:
            analyze(call, context)
        took.append((half_s - begun_s, time.perf_counter() - half_s))
    return min(each for each, _ in took), min(each for _, each in took)


def _matching_s(calls: Sequence[Call], matcher: TrackerMatcher) -> float:
    """Seconds of processor time, the best of some rounds: it is over so soon that others' work would be measured."""
    took = []
    for _ in range(_ROUNDS + 1):  # the first makes the automaton
        begun_s = time.process_time()
        for call in calls:
            for each in call.utterances:
                matcher.hits(each.text, "en")
        took.append(time.process_time() - begun_s)
    return min(took)


def _memory(vocabulary: Sequence[str]) -> Iterator[Figure]:
    """This process after many calls, each with words that no call had before."""
    order = random.Random(_SEED)  # noqa: S311 - a sample, no secret
    form = replace(next(timed_calls()), has_consent=True)
    process = psutil.Process()
    sizes = []
    for number in range(1, _ANALYSES[-1] + 1):
        said = tuple(
            replace(each, text=" ".join([*order.sample(vocabulary, _WORDS), f"Brand{number}"]), words=())
            for each in form.utterances[:_UTTERANCES]
        )
        analyze(replace(form, utterances=said))
        if number in _ANALYSES:
            sizes.append(process.memory_info().rss / 2**20)
    yield against(
        f"Memory after {_ANALYSES[-1]:,} analyses",
        sizes[-1],
        "MiB",
        baseline=(f"after {_ANALYSES[0]:,}", sizes[0]),
        n=1,
    )
