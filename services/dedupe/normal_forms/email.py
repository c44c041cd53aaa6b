"""E-mail addresses: one form for all spellings that reach the same mailbox."""

import re
from dataclasses import dataclass
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from services.dedupe.normal_forms.domain import is_free_mail, registrable_domain
from services.dedupe.normal_forms.text import latin_where_mixed, visible

# Providers that deliver a.b@ and ab@ to the same mailbox, and other names of the same provider.
_DOTS_IGNORED = frozenset({"gmail.com"})
_SAME_PROVIDER = {"googlemail.com": "gmail.com"}
_PLAIN = re.compile(r"[a-z0-9._-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
# Mailboxes of a team, not of a person (RFC 2142 and what companies write on their pages).
ROLE_MAILBOXES = frozenset({
    "abuse", "accounting", "accounts", "adm", "admin", "administration", "billing", "booking", "bookings",
    "careers", "company", "contact", "contacto", "contactus", "enquiries", "enquiry", "faktura", "finance",
    "firmapost", "general", "hello", "help", "helpdesk", "hostmaster", "hr", "info", "information", "inquiry",
    "invoice", "jobs", "kontakt", "kontor", "kundeservice", "kundservice", "mail", "marketing", "no-reply",
    "noreply", "office", "order", "orders", "post", "postmaster", "postmottak", "press", "presse", "reception",
    "reklame", "sales", "salg", "sekretariat", "service", "support", "team", "verkauf", "vertrieb",
    "verwaltung", "webmaster",
})  # fmt: skip


@dataclass(frozen=True)
class EmailForm:
    """An address taken apart.

    Attributes:
        address: The form to compare exactly.
        local: The part before the @; the whole text where there is none.
        domain: Registrable domain; None where there is none.
        business_domain: The same; None if it belongs to a mailbox provider, where sharing it proves nothing.
    """

    address: str
    local: str
    domain: str | None
    business_domain: str | None


@lru_cache(maxsize=65536)
def email_form(text: str) -> EmailForm | None:
    """Form of an address; a text that is none is kept as it stands, since typos are what is looked for.

    Args:
        text: Any spelling.

    Returns:
        None if nothing is left of the text.
    """
    clean = latin_where_mixed(visible(text)).strip().strip("<>").lower().removeprefix("mailto:")
    if not clean:
        return None
    local, at, host = clean.rpartition("@")
    if not at or not local or not host:
        return EmailForm(clean, clean, None, None)
    if not _PLAIN.fullmatch(clean):
        local, host = _validated_parts(clean, local, host)
    local = local.split("+", 1)[0] or local
    host = _SAME_PROVIDER.get(host, host)
    if host in _DOTS_IGNORED:
        local = local.replace(".", "")
    domain = registrable_domain(host) or host
    return EmailForm(f"{local}@{host}", local, domain, None if is_free_mail(domain) else domain)


def _validated_parts(clean: str, local: str, host: str) -> tuple[str, str]:
    """The parts as email-validator writes them (Unicode domain, quoted local part), or as given if it refuses."""
    try:
        valid = validate_email(clean, check_deliverability=False, allow_quoted_local=True)
    except EmailNotValidError:
        return local, host
    return valid.local_part.lower(), valid.ascii_domain
