"""The mail that asks a colleague for an introduction."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Introduction:
    """A mail, ready to be sent or changed.

    Attributes:
        subject: Its subject.
        body: Its text.
    """

    subject: str
    body: str


def introduction(colleague: str, contact: str, *, sender_name: str, purpose: str) -> Introduction:
    """Writes the mail.

    Args:
        colleague: Who is asked; a mail address is spoken to by what stands before the @.
        contact: Whom to be introduced to.
        sender_name: Who asks; empty leaves the signature open.
        purpose: Why; empty leaves the reason out.
    """
    reason = f" {purpose.strip()}" if purpose.strip() else ""
    body = (
        f"Hi {_spoken(colleague)},\n\n"
        f"you know {contact}, and I would like to.{reason} Would you introduce us by mail, or tell me how best to "
        f"get in touch?\n\nThank you,\n{sender_name.strip()}"
    )
    return Introduction(f"Would you introduce me to {contact}?", body.rstrip() + "\n")


def _spoken(address: str) -> str:
    """ada.lovelace@example.com is Ada."""
    name = address.partition("@")[0].replace("_", ".").partition(".")[0]
    return name.capitalize() if name.isalpha() else address
