"""E-mail addresses: one form for all spellings that reach the same mailbox."""

import re
from functools import lru_cache
from typing import NamedTuple

from email_validator import EmailNotValidError, validate_email

from services.dedupe.normal_forms.domain import is_free_mail, registrable_domain
from services.dedupe.normal_forms.text import latin_where_mixed, visible

# Providers that deliver a.b@ and ab@ to the same mailbox, and other names of the same provider.
_DOTS_IGNORED = frozenset({"gmail.com"})
_SAME_PROVIDER = {"googlemail.com": "gmail.com"}
# What needs neither mending nor parsing: RE2 and Python read it alike.
PLAIN_LOCAL = r"[a-z0-9._-]+"
PLAIN_HOST = r"[a-z0-9-]+(?:\.[a-z0-9-]+)+"
_PLAIN = re.compile(rf"([a-z0-9._+-]+)@({PLAIN_HOST})")
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


class EmailForm(NamedTuple):
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


def email_form(text: str) -> EmailForm | None:
    """Form of an address; a text that is none is kept as it stands, since typos are what is looked for.

    Args:
        text: Any spelling.

    Returns:
        None if nothing is left of the text.
    """
    clean = text.lower()
    plain = _PLAIN.fullmatch(clean)
    if plain is None:
        clean = latin_where_mixed(visible(text)).strip().strip("<>").lower().removeprefix("mailto:")
        plain = _PLAIN.fullmatch(clean)
    local, host = plain.groups() if plain else _parts(clean)
    if not host:
        return EmailForm(clean, clean, None, None) if clean else None
    local = local.split("+", 1)[0] or local
    mailbox_host, domain, business_domain = host_forms(host)
    if mailbox_host in _DOTS_IGNORED:
        local = local.replace(".", "") or local
    return EmailForm(f"{local}@{mailbox_host}", local, domain, business_domain)


def needs_no_mending(host: str) -> bool:
    """Whether an address of this host is its own form, if its parts are plain."""
    return host_forms(host)[0] == host and host not in _DOTS_IGNORED


def _parts(clean: str) -> tuple[str, str]:
    """Local part and host as email-validator writes them, or as they stand if it refuses; no host, no address."""
    local, _, host = clean.rpartition("@")
    if not local or not host:
        return clean, ""
    try:
        valid = validate_email(clean, check_deliverability=False, allow_quoted_local=True)
    except EmailNotValidError:
        return local, host
    return valid.local_part.lower(), valid.ascii_domain


@lru_cache(maxsize=65536)
def host_forms(host: str) -> tuple[str, str, str | None]:
    """The provider's one host, its registrable domain, and that domain again unless it is free mail.

    Args:
        host: Lower-case ASCII, what stands behind the @.
    """
    one = _SAME_PROVIDER.get(host, host)
    domain = registrable_domain(one) or one
    return one, domain, None if is_free_mail(domain) else domain
