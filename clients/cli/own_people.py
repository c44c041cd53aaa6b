"""Who is ours, as the relationship service's settings have it."""

import grpc
from leadlight.relationship.v1 import relationship_service_pb2_grpc, settings_pb2

from clients.cli.captured import OwnNames


def set_own(channel: grpc.Channel, names: list[str]) -> None:
    """Keeps domains and addresses of own people as settings."""
    request = settings_pb2.UpdateRelationshipSettingsRequest(
        settings=settings_pb2.RelationshipSettings(
            own_domains=[name for name in names if is_domain(name)],
            own_addresses=[name for name in names if not is_domain(name)],
        )
    )
    request.update_mask.paths.extend(["own_domains", "own_addresses"])
    relationship_service_pb2_grpc.RelationshipServiceStub(channel).UpdateRelationshipSettings(request)


def own_of(channel: grpc.Channel) -> OwnNames:
    """The own domains and addresses that the settings name."""
    stub = relationship_service_pb2_grpc.RelationshipServiceStub(channel)
    found = stub.GetRelationshipSettings(settings_pb2.GetRelationshipSettingsRequest())
    return OwnNames(frozenset(map(str.casefold, (*found.own_domains, *found.own_addresses))))


def is_domain(name: str) -> bool:
    """Whether a name is a domain's, and no address."""
    return "." in name and "@" not in name
