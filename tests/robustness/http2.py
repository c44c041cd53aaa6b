"""HTTP/2 by hand: a client that can send what no library lets it send."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, END_HEADERS = 0x1, 0x4
SILENT = -1
WAIT_S = 20.0


def frame(kind: int, flags: int, stream: int, payload: bytes = b"", *, length: int | None = None) -> bytes:
    """A frame (RFC 9113, section 4.1); `length` may lie about its payload."""
    said = len(payload) if length is None else length
    return struct.pack(">I", said)[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def block(headers: dict[str, str]) -> bytes:
    """Headers as HPACK literals without index and without Huffman code (RFC 7541, section 6.2.2)."""

    def text(value: str) -> bytes:
        data = value.encode("ascii")
        if len(data) < 127:
            return bytes([len(data)]) + data
        rest, prefix = len(data) - 127, b"\x7f"
        while rest >= 128:
            prefix += bytes([rest % 128 + 128])
            rest //= 128
        return prefix + bytes([rest]) + data

    return b"".join(b"\x00" + text(name) + text(value) for name, value in headers.items())


def call_headers(path: str, **more: str) -> dict[str, str]:
    """What begins a gRPC call."""
    return {
        ":method": "POST",
        ":scheme": "http",
        ":path": path,
        ":authority": "localhost",
        "content-type": "application/grpc",
        "te": "trailers",
        **{name.replace("_", "-"): value for name, value in more.items()},
    }


def grpc_message(data: bytes, *, compressed: int = 0, length: int | None = None) -> bytes:
    """A message as gRPC frames it; `compressed` and `length` may lie."""
    return struct.pack(">BI", compressed, len(data) if length is None else length) + data


@dataclass
class Connection:
    """A connection on which anything may be sent."""

    wire: socket.socket

    def send(self, *frames: bytes) -> None:
        self.wire.sendall(b"".join(frames))

    def frames(self) -> Iterator[tuple[int, int, int, bytes]]:
        """Frames as kind, flags, stream and payload, until the server closes; a last one SILENT if it says no more."""
        held = b""
        while True:
            try:
                piece = self.wire.recv(65_536)
            except ConnectionResetError:
                return
            except TimeoutError:
                yield SILENT, 0, 0, b""
                return
            if not piece:
                return
            held += piece
            while len(held) >= 9 and len(held) >= 9 + (size := int.from_bytes(held[:3], "big")):
                yield held[3], held[4], int.from_bytes(held[5:9], "big") & 0x7FFFFFFF, held[9 : 9 + size]
                held = held[9 + size :]

    def end_of(self, stream: int) -> tuple[int, bytes]:
        """The frame that ends a stream, as kind and payload: its trailers, RST_STREAM, GOAWAY or SILENT."""
        for kind, flags, of, payload in self.frames():
            is_last = kind == RST_STREAM or (kind == HEADERS and flags & END_STREAM)
            if (is_last and of == stream) or kind in {GOAWAY, SILENT}:
                return kind, payload
        return GOAWAY, b""


@contextmanager
def connection(address: str, *, greet: bool = True, wait_s: float = WAIT_S) -> Iterator[Connection]:
    """Connects; greets as HTTP/2 asks unless told not to."""
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=wait_s) as wire:
        made = Connection(wire)
        if greet:
            made.send(PREFACE, frame(SETTINGS, 0, 0))
        yield made
