"""What each call gets on its way: the token, a deadline, and errors as `CallError`."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

import grpc

from leadlight_client.errors import CallError

Token = str | Callable[[], str]


class Caller(
    grpc.UnaryUnaryClientInterceptor,  # type: ignore[type-arg]
    grpc.UnaryStreamClientInterceptor,  # type: ignore[type-arg]
    grpc.StreamUnaryClientInterceptor,  # type: ignore[type-arg]
    grpc.StreamStreamClientInterceptor,  # type: ignore[type-arg]
):
    """Completes calls of all four shapes.

    Args:
        token: Bearer token, or what returns the one of now; empty for none. A header and not gRPC's call
            credentials, which refuse plaintext on loopback.
        deadline_s: Longest time of a unary call whose caller sets none, in seconds; None for no limit.
        deadlines_s: The same for the methods that have their own, by path.
    """

    def __init__(self, token: Token, deadline_s: float | None, deadlines_s: Mapping[str, float]) -> None:
        self._token = token
        self._deadline_s = deadline_s
        self._deadlines_s = deadlines_s

    def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        """See grpc."""
        details = client_call_details
        if details.timeout is None:
            details = details._replace(timeout=self._deadlines_s.get(details.method, self._deadline_s))
        return self._begin(continuation, details, request)

    def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        """See grpc."""
        return self._begin(continuation, client_call_details, request)

    def intercept_stream_unary(
        self, continuation: Any, client_call_details: Any, request_iterator: Any
    ) -> Any:
        """See grpc."""
        return self._begin(continuation, client_call_details, request_iterator)

    def intercept_stream_stream(
        self, continuation: Any, client_call_details: Any, request_iterator: Any
    ) -> Any:
        """See grpc."""
        return self._begin(continuation, client_call_details, request_iterator)

    def _begin(self, continuation: Any, details: Any, request: Any) -> "_Answer":
        token = self._token if isinstance(self._token, str) else self._token()
        if token:
            header = ("authorization", f"Bearer {token}")
            details = details._replace(metadata=[*(details.metadata or ()), header])
        return _Answer(continuation(details, request))


class _Answer:
    """A call under way whose errors are `CallError`; everything else is the call's own."""

    def __init__(self, call: Any) -> None:
        self._call = call

    def __getattr__(self, name: str) -> Any:
        return getattr(self._call, name)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        with _translated():
            return next(self._call)

    def result(self, timeout: float | None = None) -> Any:
        """See grpc.Future."""
        with _translated():
            return self._call.result(timeout)

    def exception(self, timeout: float | None = None) -> Any:
        """See grpc.Future."""
        error = self._call.exception(timeout)
        return CallError(error) if isinstance(error, grpc.Call) else error


@contextmanager
def _translated() -> Iterator[None]:
    """Failed calls as `CallError`."""
    try:
        yield
    except grpc.RpcError as error:
        if not isinstance(error, grpc.Call):
            raise
        raise CallError(error) from None
