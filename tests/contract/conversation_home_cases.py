"""What the contract tests send to the conversation service's HomeService."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from google.type import date_pb2
from leadlight.conversation.v1 import home_pb2, home_service_pb2

from tests.contract.cases import BadInput, Requests
from tests.contract.common_cases import page_tokens
from tests.contract.served import Client

# Calls without a start count when they are stored: the page is asked for a moment that no test reaches.
ALL_TIME = home_pb2.HomePeriod(
    kind=home_pb2.HOME_PERIOD_KIND_ALL_TIME, as_of_time=Timestamp(seconds=int(time.time()) + 3600)
)
KEYWORD = home_pb2.HOME_MENTION_KIND_KEYWORD
_NUL = "a\x00b"


def page_token(client: Client) -> str:
    """The token of a second page of calls."""
    request = home_service_pb2.ListHomeCallsRequest(period=ALL_TIME, page_size=1)
    return str(client.call("HomeService.ListHomeCalls", request).next_page_token)


def good() -> Mapping[str, Callable[[], Requests]]:
    """Requests that succeed."""
    return {
        "HomeService.GetHome": lambda: [home_service_pb2.GetHomeRequest(period=ALL_TIME)],
        "HomeService.GetMentionDetails": lambda: [
            home_service_pb2.GetMentionDetailsRequest(kind=KEYWORD, key="kept", period=ALL_TIME)
        ],
        "HomeService.GetSellerDetails": lambda: [
            home_service_pb2.GetSellerDetailsRequest(seller="tester", period=ALL_TIME)
        ],
        "HomeService.ListHomeCalls": lambda: [home_service_pb2.ListHomeCallsRequest(period=ALL_TIME)],
    }


NOTHING_MISSING = {
    "HomeService.GetHome": "a page without calls is a good answer",
    "HomeService.GetMentionDetails": "what nobody mentions has zeros",
    "HomeService.GetSellerDetails": "a seller without calls has zeros",
    "HomeService.ListHomeCalls": "an empty list is a good answer",
}


def _bad_periods(make: Callable[..., Any]) -> list[BadInput]:
    """Periods that are none, and texts that no column can hold, of any RPC of the service."""
    own = home_pb2.HOME_PERIOD_KIND_OWN_DATES
    first, last = date_pb2.Date(year=2026, month=3, day=2), date_pb2.Date(year=2026, month=3, day=1)
    none = date_pb2.Date(year=2026, month=2, day=30)

    def bad(fault: str, field: str, **period: Any) -> BadInput:
        return BadInput(fault, lambda _: [make(period=home_pb2.HomePeriod(**period))], field)

    return [
        bad("own dates without the first", "period.first_day", kind=own, last_day=last),
        bad("own dates without the last", "period.last_day", kind=own, first_day=first),
        bad("own dates in the wrong order", "period.last_day", kind=own, first_day=first, last_day=last),
        bad("a day that is none", "period.first_day", kind=own, first_day=none, last_day=last),
        bad("a date for a period that has its own", "period.last_day", last_day=last),
        bad("as of 1969", "period.as_of_time", as_of_time=Timestamp(seconds=-1)),
        BadInput("NUL in the team", lambda _: [make(team=_NUL)], "team"),
        BadInput("NUL in the seller", lambda _: [make(seller=_NUL)], "seller"),
    ]


def _list(**fields: Any) -> home_service_pb2.ListHomeCallsRequest:
    return home_service_pb2.ListHomeCallsRequest(**fields)


BAD: Mapping[str, Sequence[BadInput]] = {
    "HomeService.GetHome": _bad_periods(home_service_pb2.GetHomeRequest),
    "HomeService.GetMentionDetails": [
        *_bad_periods(
            lambda **fields: home_service_pb2.GetMentionDetailsRequest(kind=KEYWORD, key="k", **fields)
        ),
        BadInput(
            "NUL in the key",
            lambda _: [home_service_pb2.GetMentionDetailsRequest(kind=KEYWORD, key=_NUL)],
            "key",
        ),
    ],
    "HomeService.GetSellerDetails": _bad_periods(
        lambda **fields: home_service_pb2.GetSellerDetailsRequest(**{"seller": "s"} | fields)
    ),
    "HomeService.ListHomeCalls": [
        *_bad_periods(_list),
        BadInput("a kind without a key", lambda _: [_list(mention_kind=KEYWORD)], "mention_key"),
        BadInput("a key without a kind", lambda _: [_list(mention_key="k")], "mention_key"),
        BadInput("NUL in the key", lambda _: [_list(mention_kind=KEYWORD, mention_key=_NUL)], "mention_key"),
        *page_tokens(
            lambda token: _list(period=ALL_TIME, page_token=token), lambda cases: cases.token_of_trackers()
        ),
    ],
}
