"""Writers of notes and a plain model of what they were told: what is stored must be what was acknowledged, and more
only if it was sent."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import grpc
from leadlight.notes.v1 import note_pb2

from tests.contract.served import Client
from tests.integration.notes.world import create

TRANSIENT = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.ABORTED})


@dataclass
class History:
    """What was sent and what was acknowledged, by name of the note; its text is its name's number.

    Attributes:
        sent: Every note that was ever sent.
        acknowledged: Those whose answer came.
        refused: How many calls failed, by code.
    """

    sent: dict[str, str] = field(default_factory=dict)
    acknowledged: dict[str, str] = field(default_factory=dict)
    refused: dict[grpc.StatusCode, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, client: Client, note_id: str) -> bool:
        """Stores a note; whether it was acknowledged."""
        name, text = f"notes/{note_id}", f"Call me about {note_id} on Friday."
        with self._lock:
            self.sent[name] = text
        try:
            made = client.call("NotesService.CreateNote", create(text, note_id, skip_analysis=True))
        except grpc.RpcError as error:
            if error.code() is grpc.StatusCode.ALREADY_EXISTS:
                return False  # an earlier try was stored after all, unacknowledged
            with self._lock:
                self.refused[error.code()] = self.refused.get(error.code(), 0) + 1
            return False
        with self._lock:
            self.acknowledged[made.name] = made.text
        return True

    def write_while(self, client: Client, writer: str, go_on: Callable[[], bool]) -> None:
        """Stores one note after the other."""
        number = 0
        while go_on():
            self.write(client, f"{writer}-{number}")
            number += 1

    def lost(self, client: Client) -> int:
        """How many acknowledged notes are not stored, or not as they were acknowledged."""
        return len(self.acknowledged.items() - stored(client).items())

    def check(self, client: Client) -> None:
        """What is stored is what was acknowledged, and nothing that was not sent.

        Raises:
            AssertionError: If it is not, or a call failed with a code that blames nobody's storage.
        """
        found = stored(client)
        assert found.items() >= self.acknowledged.items()
        assert found.items() <= self.sent.items()
        assert self.refused.keys() <= TRANSIENT


def stored(client: Client) -> dict[str, str]:
    """The text of every stored note, by name."""
    found: dict[str, str] = {}
    request = note_pb2.ListNotesRequest(page_size=1000)
    while True:
        page = client.call("NotesService.ListNotes", request)
        found |= {each.name: each.text for each in page.notes}
        if not page.next_page_token:
            return found
        request.page_token = page.next_page_token
