"""The mail that asks a colleague for an introduction."""

from dataclasses import dataclass

from services.relationship.wording import words_of


@dataclass(frozen=True, slots=True)
class Introduction:
    """A mail, ready to be sent or changed.

    Attributes:
        subject: Its subject.
        body: Its text.
    """

    subject: str
    body: str


def introduction(
    colleague: str, contact: str, *, sender_name: str, purpose: str, language: str
) -> Introduction:
    """Writes the mail.

    Args:
        colleague: Who is asked; a mail address is spoken to by what stands before the @.
        contact: Whom to be introduced to.
        sender_name: Who asks; empty leaves the signature open.
        purpose: Why; empty leaves the reason out.
        language: Of the mail, one of `languages.LANGUAGES`.
    """
    words = words_of(language)
    why = purpose.strip()
    body = words["introduction.body"].format(
        name=_spoken(colleague),
        contact=contact,
        purpose=words["introduction.purpose"].format(purpose=why) if why else "",
        sender=sender_name.strip(),
    )
    return Introduction(words["introduction.subject"].format(contact=contact), body.rstrip() + "\n")


def _spoken(address: str) -> str:
    """ada.lovelace@example.com is Ada."""
    name = address.partition("@")[0].replace("_", ".").partition(".")[0]
    return name.capitalize() if name.isalpha() else address
