"""The openly licensed sets that the learned parts of notes are trained on, in one form."""

import csv
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("LEADLIGHT_SHARED_DATA", REPOSITORY.parent / "shared" / "data")) / "notes"
CASES = REPOSITORY / "tests" / "unit" / "notes" / "actions"

LICENCES = {
    "parakweet_train": "Apache-2.0",
    "bitext_train": "CDLA-Sharing-1.0",
    "clinc150": "CC BY 3.0",
    "hwu64": "CC BY 4.0",
    "own notes, developing half": "Apache-2.0, this repository",
}

# Intents that are an action as the spec defines it, and intents that could be one or not: left out of the measuring
# of chatter, and no chatter in training.
_ACTIONS = frozenset(
    (
        *(
            "schedule_meeting",
            "calendar_update",
            "calendar_set",
            "make_call",
            "email_sendemail",
            "email_addcontact",
        ),
        *("todo_list_update", "reminder_update", "lists_createoradd", "report_fraud", "damaged_card"),
        *(
            "account_blocked",
            "card_declined",
            "lost_luggage",
            "complaint",
            "payment_issue",
            "registration_problems",
        ),
    )
)
_OPEN = frozenset(
    (
        *("text", "reminder", "book_flight", "book_hotel", "restaurant_reservation", "schedule_maintenance"),
        *(
            "car_rental",
            "uber",
            "order",
            "order_checks",
            "shopping_list_update",
            "pay_bill",
            "calendar",
            "transfer",
        ),
        *("report_lost_card", "cancel_reservation", "confirm_reservation", "pto_request", "meeting_schedule"),
        *(
            "todo_list",
            "freeze_account",
            "calendar_remove",
            "social_post",
            "takeaway_order",
            "transport_taxi",
        ),
        *(
            "transport_ticket",
            "alarm_set",
            "lists_remove",
            "email_querycontact",
            "email_query",
            "calendar_query",
        ),
    )
)


def mail_sentences() -> tuple[list[str], list[bool]]:
    """parakweet_train: sentences of real mail, and whether they have an intent to act."""
    path = SHARED / "parakweet_train" / "Ask0729-fixed.txt"
    rows = [
        line.split("\t", 1)
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()
        if line
    ]
    return [text for _, text in rows], [label == "Yes" for label, _ in rows]


def chatter(*, held_out: bool) -> list[str]:
    """Sentences of clinc150 and hwu64 whose intent is no action."""
    return [
        text
        for text, intent, is_held_out in [*_clinc(), *_hwu()]
        if intent not in _OPEN and intent not in _ACTIONS and is_held_out is held_out
    ]


def requests(*, held_out: bool) -> list[str]:
    """Sentences of clinc150, hwu64 and bitext that ask for an action."""
    return [
        text
        for text, intent, is_held_out in [*_clinc(), *_hwu(), *_bitext()]
        if intent in _ACTIONS and is_held_out is held_out
    ]


@dataclass(frozen=True, slots=True)
class Case:
    """An own note: its text, and the kind and time of each suggestion that is right."""

    id: str
    text: str
    expected: tuple[tuple[str, str], ...]


def cases(language: str, split: str) -> list[Case]:
    """Own notes of a language; `split` is "develop" or "held_out"."""
    path = CASES / f"cases_{language}.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        Case(row["id"], row["text"], tuple((each["kind"], each["time"]) for each in row["expected"]))
        for row in rows
        if row["split"] == split
    ]


def _clinc() -> Iterator[tuple[str, str, bool]]:
    parts = json.loads((SHARED / "clinc150" / "train_valid.json").read_text(encoding="utf-8"))
    for part, rows in sorted(parts.items()):
        for text, intent in rows:
            yield text, intent, part.endswith("val")


def _hwu() -> Iterator[tuple[str, str, bool]]:
    for part in ("train", "valid"):
        folder = SHARED / "hwu64" / part
        texts = (folder / "seq.in").read_text(encoding="utf-8").splitlines()
        intents = (folder / "label").read_text(encoding="utf-8").splitlines()
        for text, intent in zip(texts, intents, strict=True):
            yield text, intent, part == "valid"


def _bitext() -> Iterator[tuple[str, str, bool]]:
    path = next((SHARED / "bitext_train").glob("*.csv"))
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file)):
            yield row["utterance"], row["intent"], number % 5 == 0
