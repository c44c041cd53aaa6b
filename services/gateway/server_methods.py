"""The one door: every call of every transport passes here, whoever answers it.

Who calls, whether their role may, whether their tenant has calls left, what the audit has to know; then the target.
"""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

import grpc

from services.common.errors import LeadlightError
from services.common.server.guard import Guard
from services.gateway.audit import Audited, AuditLog
from services.gateway.calls import Admitted, Incoming
from services.gateway.catalog import Rpc
from services.gateway.convert_failures import Failed, own_failure
from services.gateway.limits import TenantLimits
from services.gateway.server_targets import Requests, Target


class Method:
    """One RPC as the gateway serves it.

    Args:
        rpc: The RPC.
        target: Who answers.
        guard: Roles and accounts.
        limits: Shared by all methods of a worker.
        audit: Shared by all methods of a worker.
    """

    def __init__(
        self, rpc: Rpc, target: Target, guard: Guard, *, limits: TenantLimits, audit: AuditLog
    ) -> None:
        self.rpc = rpc
        self._target = target
        self._guard = guard
        self._limits = limits
        self._audit = audit
        self._audited = Audited.of(rpc)

    async def one(self, request: Requests, incoming: Incoming) -> bytes:
        """The answer of a method that gives one.

        Raises:
            Failed: With the status for the caller.
        """
        begun_s = time.perf_counter()
        guard = self._guard
        guard.metrics.started()
        admitted = None
        try:
            admitted = await self._admit(incoming)
            payload = await self._target.one(request, admitted)
            self._note(admitted, request, "OK")
        except asyncio.CancelledError:
            if admitted is not None:
                with suppress(LeadlightError):
                    self._note(admitted, request, "CANCELLED")
            guard.leave(incoming.request_id, begun_s)
            raise
        except Exception as error:
            raise self._failed(error, incoming, admitted, request, begun_s) from None
        finally:
            if admitted is not None:
                self._limits.end(admitted.call.caller.tenant)
        guard.metrics.sent()
        guard.succeed(incoming.request_id, begun_s)
        return payload

    async def many(self, request: Requests, incoming: Incoming) -> AsyncGenerator[bytes]:
        """The answers of a method that gives many; fails as `one`."""
        begun_s = time.perf_counter()
        guard = self._guard
        guard.metrics.started()
        admitted = None
        try:
            admitted = await self._admit(incoming)
            self._note(admitted, request, "BEGUN")
            async with aclosing(self._target.many(request, admitted)) as answers:
                async for payload in answers:
                    guard.metrics.sent()
                    yield payload
        except (asyncio.CancelledError, GeneratorExit):
            guard.leave(incoming.request_id, begun_s)
            raise
        except Exception as error:
            raise self._failed(error, incoming, admitted, request, begun_s) from None
        finally:
            if admitted is not None:
                self._limits.end(admitted.call.caller.tenant)
        guard.succeed(incoming.request_id, begun_s)

    async def check(self, incoming: Incoming) -> None:
        """Who calls and whether they may, before the request is read; `one` and `many` ask again.

        Raises:
            Failed: If they may not.
        """
        begun_s = time.perf_counter()
        try:
            await self._identify(incoming)
            self._guard.admit(
                incoming.request_id, incoming.authorization, incoming.remaining_s, incoming.is_active
            )
        except LeadlightError as error:
            self._guard.metrics.started()
            failed = own_failure(error, incoming.request_id)
            self._guard.account(failed.code, incoming.request_id, begun_s, reason=failed.reason)
            raise failed from None

    async def _admit(self, incoming: Incoming) -> Admitted:
        await self._identify(incoming)
        call = self._guard.admit(
            incoming.request_id, incoming.authorization, incoming.remaining_s, incoming.is_active
        )
        self._limits.begin(call.caller.tenant)
        return Admitted(call, incoming.trace)

    async def _identify(self, incoming: Incoming) -> None:
        """Fetches keys that a token needs on a thread: the loop has other calls to serve."""
        if self._guard.may_wait(incoming.authorization):
            await asyncio.to_thread(self._guard.authenticate, incoming.authorization)

    def _failed(
        self,
        error: Exception,
        incoming: Incoming,
        admitted: Admitted | None,
        request: Requests,
        begun_s: float,
    ) -> Failed:
        failed = self._as_failed(error, incoming)
        if admitted is not None and failed.code is not grpc.StatusCode.UNAVAILABLE:
            try:
                self._note(admitted, request, failed.code.name)
            except LeadlightError as unwritten:
                failed = own_failure(unwritten, incoming.request_id)
        self._guard.account(failed.code, incoming.request_id, begun_s, reason=failed.reason)
        return failed

    def _as_failed(self, error: Exception, incoming: Incoming) -> Failed:
        if isinstance(error, Failed):
            return error
        known = error if isinstance(error, LeadlightError) else None
        return own_failure(known or self._guard.crashed(error, incoming.request_id), incoming.request_id)

    def _note(self, admitted: Admitted, request: Requests, outcome: str) -> None:
        if self._audited is not None:
            self._audit.write(self._audited, admitted.call, request, outcome)
