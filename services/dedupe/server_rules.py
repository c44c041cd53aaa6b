"""The servicer of rules: each RPC in a few lines, from protobuf to a use case and back."""

import grpc
from google.longrunning import operations_pb2
from google.protobuf.empty_pb2 import Empty
from leadlight.dedupe.v1 import rule_pb2, rule_service_pb2_grpc

from services.common.context import current_tenant
from services.common.db import TenantSession
from services.common.group_commit import GroupCommitter
from services.common.operations.servicer import OperationsServicer
from services.common.server.writes import write
from services.dedupe.convert_rules import new_rule, rule_change, rule_id, rule_message
from services.dedupe.rule_service import RuleService

Context = grpc.ServicerContext


class RuleServicer(rule_service_pb2_grpc.RuleServiceServicer):
    """`leadlight.dedupe.v1.RuleService`.

    Args:
        service: The use cases.
        committer: The worker's writes.
        operations: Shows the operations that are started here.
    """

    def __init__(
        self, service: RuleService, *, committer: GroupCommitter, operations: OperationsServicer
    ) -> None:
        self._service = service
        self._committer = committer
        self._operations = operations

    def CreateRule(self, request: rule_pb2.CreateRuleRequest, context: Context) -> rule_pb2.Rule:
        """Makes a draft."""
        rule = new_rule(request)

        def effect(session: TenantSession) -> rule_pb2.Rule:
            return rule_message(self._service.create(session, rule, store_it=not request.validate_only))

        return write(self._committer, request, rule_pb2.Rule, effect)

    def GetRule(self, request: rule_pb2.GetRuleRequest, context: Context) -> rule_pb2.Rule:
        """Returns one rule."""
        return rule_message(self._service.get(current_tenant(), rule_id(request.name)))

    def ListRules(self, request: rule_pb2.ListRulesRequest, context: Context) -> rule_pb2.ListRulesResponse:
        """Lists rules, the built-in ones first."""
        page = self._service.list(
            current_tenant(), page_size=request.page_size, page_token=request.page_token
        )
        return rule_pb2.ListRulesResponse(
            rules=[rule_message(each) for each in page.rows], next_page_token=page.next_page_token
        )

    def UpdateRule(self, request: rule_pb2.UpdateRuleRequest, context: Context) -> rule_pb2.Rule:
        """Changes a rule that is not at work."""
        changed, change = rule_change(request)

        def effect(session: TenantSession) -> rule_pb2.Rule:
            return rule_message(
                self._service.update(session, changed, change, store_it=not request.validate_only)
            )

        return write(self._committer, request, rule_pb2.Rule, effect)

    def DeleteRule(self, request: rule_pb2.DeleteRuleRequest, context: Context) -> Empty:
        """Deletes a rule of the tenant's own that is not at work."""
        self._committer.submit(
            current_tenant(),
            lambda session: self._service.delete(
                session, rule_id(request.name), allow_missing=request.allow_missing
            ),
        )
        return Empty()

    def PublishRule(self, request: rule_pb2.PublishRuleRequest, context: Context) -> operations_pb2.Operation:
        """Puts a rule to work."""
        operation = self._committer.submit(
            current_tenant(), lambda session: self._service.publish(session, rule_id(request.name))
        )
        return self._operations.message(operation)

    def UnpublishRule(self, request: rule_pb2.UnpublishRuleRequest, context: Context) -> rule_pb2.Rule:
        """Takes a rule from its work."""
        rule = self._committer.submit(
            current_tenant(), lambda session: self._service.unpublish(session, rule_id(request.name))
        )
        return rule_message(rule)
