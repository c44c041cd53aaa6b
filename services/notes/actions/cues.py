"""What words can tell about an action, and a language's list of them.

A lexicon is data: for each cue its phrases, verbs by form. Building it makes a trie over tokens, so that a text is
tagged with the longest phrase at each place in time linear in its length.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from services.notes.actions.tokens import words_of


class Cue(Enum):
    """What a phrase contributes."""

    __hash__ = (
        object.__hash__
    )  # members are single objects; Enum hashes their names, in Python, a thousand times a note

    # who
    SELF = auto()  # I, we, us
    YOU = auto()
    DETERMINER = auto()  # the, a, their: what follows is a noun
    THEY = auto()  # the customer, he, she, they
    # what is done (verbs, with a form)
    MEET = auto()
    CALL = auto()
    MAIL = auto()
    SEND = auto()
    WRITE = auto()
    WORK = auto()
    ARRANGE = auto()
    TALK = auto()
    LIGHT = auto()  # have, take, hold: mean what their object means
    WANT = auto()  # wants, asked for, would like
    # what is spoken of (nouns)
    MEETING = auto()
    PHONE = auto()  # a call, a phone meeting
    BY_PHONE = auto()  # how work is done that is a call then
    MESSAGE = auto()  # an e-mail
    CONTENT = auto()  # material that exists already
    OFFER = auto()  # material that is to be made: a quote, a proposal
    # trouble with us
    TROUBLE = auto()  # tells of a defect or a complaint by itself
    FAULT = auto()  # a problem, an error: needs a word that says somebody has it
    HAS_FAULT = auto()  # reports, experiences, again
    ANGER = auto()
    URGENT = auto()
    REPEATED = auto()
    RESOLVED = auto()
    NOT_OURS = auto()  # price, competitor: remarks on them are no complaints
    # people
    INTRODUCTION = auto()
    NEW = auto()
    ROLE = auto()
    COMPANY_OF = auto()  # at, from, hos: what follows is a company
    HONORIFIC = auto()
    # how it is meant
    MUST = auto()  # will, need to, remember to: an intention or duty
    DUTY = auto()  # a MUST so plain that any verb behind it is work: need to, remember to
    STATE = auto()  # verbs that are no work even so: be, know, win
    VAGUE = auto()  # work only where a duty or a time says so: get, make, find
    MEAL = auto()  # a meeting only when it is shared
    TODO = auto()  # a heading of work: "todo", "next step"
    PROPOSAL = auto()  # shall we, let's
    REQUEST = auto()  # could you, please
    ASKS_FOR = auto()  # can we get: a request that names its receiver
    READY = auto()  # to have something so by a time is work
    RECURRING = auto()  # every time: what stands behind it happens anyhow and is asked of nobody
    RETURN = auto()  # get back, report back: the end of the work before, when joined to it
    SAVE = auto()  # save, note down: with an address or number, a contact
    WENT = auto()  # went well: it took place
    COPULA = auto()  # was, went: what stands before it is a noun
    OTHER_THING = auto()  # "demo room", "meeting notes": no meetings
    NEGATION = auto()
    DONE = auto()
    CANCELLED = auto()
    CONDITION = auto()
    PERHAPS = auto()
    ASKING = auto()  # who, when
    INVERTED = auto()  # did you, is it: asks at the head of a sentence only
    AGREED = auto()  # confirmed, moved to: makes a meeting that is named a planned one
    INFINITIVE = auto()  # to, at, å, att
    PASSIVE_SIDE = auto()  # me, us as the one that is called
    # how it hangs together
    AND = auto()
    BUT = auto()
    OR = auto()
    ABOUT = auto()
    WITH = auto()
    MENTIONED = auto()  # before, after, from, for: a meeting behind it is only mentioned
    PLACE = auto()
    FILLER = auto()  # also, then, hi: may stand before an imperative


class Form(Enum):
    """How a verb stands."""

    __hash__ = object.__hash__

    BASE = auto()  # infinitive and imperative
    PRESENT = auto()
    PAST = auto()  # past tense and participle: not asked any more
    ING = auto()


FORMS = (Form.BASE, Form.PRESENT, Form.PAST, Form.ING)
VERBS = frozenset(
    {Cue.MEET, Cue.CALL, Cue.MAIL, Cue.SEND, Cue.WRITE, Cue.WORK, Cue.ARRANGE, Cue.TALK, Cue.LIGHT, Cue.WANT}
)


@dataclass(slots=True)
class Entry:
    """What one phrase can be: its cues and, for verbs, their form."""

    cues: dict[Cue, Form | None] = field(default_factory=dict)


@dataclass(slots=True)
class Node:
    """A node of the trie."""

    further: dict[str, "Node"] = field(default_factory=dict)
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language's words.

    Attributes:
        language: BCP-47 tag.
        root: Trie of all phrases.
        endings: What a compound that ends so is ("kundemøde" as "møde"); lower case.
        longest_ending: Length of the longest of them.
        present_is_plan: A present tense with a time to come is a plan ("jeg sender det fredag").
        has_forms: Verbs are inflected. Where they are not, a verb counts as asked unless something says it is not.
        past_marks: Words behind a verb that make it past (了).
        inflections: What definite and plural nouns end in behind the form that the lexicon has, longest first.
    """

    language: str
    root: Node
    endings: Mapping[str, Entry]
    longest_ending: int
    present_is_plan: bool
    has_forms: bool
    past_marks: frozenset[str]
    inflections: tuple[str, ...]

    def can_tell(self, word: str, cue: Cue) -> bool:
        """Whether a word by itself can tell a cue."""
        node = self.root.further.get(word)
        return node is not None and node.entry is not None and cue in node.entry.cues


def build(
    language: str,
    phrases: Mapping[Cue, str],
    verbs: Mapping[Cue, Sequence[str]],
    *,
    endings: Mapping[Cue, str] | None = None,
    present_is_plan: bool = False,
    has_forms: bool = True,
    past_marks: frozenset[str] = frozenset(),
    inflections: tuple[str, ...] = (),
) -> Lexicon:
    """Builds a lexicon from a language's data.

    Args:
        language: BCP-47 tag.
        phrases: For each cue its phrases, separated by commas or line breaks.
        verbs: For each verb cue its phrases by form, in the order of FORMS, each listed likewise.
        endings: For each cue what compounds with its meaning end in.
        present_is_plan: See Lexicon.
        has_forms: See Lexicon.
        past_marks: See Lexicon.
        inflections: See Lexicon.
    """
    root = Node()
    for cue, listed in phrases.items():
        for phrase in _listed(listed):
            _add(root, words_of(phrase), cue, None)
    for cue, by_form in verbs.items():
        for form, listed in zip(FORMS, by_form, strict=False):
            for phrase in _listed(listed):
                _add(root, words_of(phrase), cue, form)
    table: dict[str, Entry] = {}
    for cue, listed in (endings or {}).items():
        for ending in _listed(listed):
            table.setdefault(ending, Entry()).cues[cue] = None
    return Lexicon(
        language,
        root,
        table,
        max(map(len, table), default=0),
        present_is_plan,
        has_forms,
        past_marks,
        inflections,
    )


def _listed(listed: str) -> list[str]:
    return [phrase.strip() for part in listed.splitlines() for phrase in part.split(",") if phrase.strip()]


def _add(root: Node, tokens: Sequence[str], cue: Cue, form: Form | None) -> None:
    node = root
    for token in tokens:
        node = node.further.setdefault(token, Node())
    if node.entry is None:
        node.entry = Entry()
    # A form that reads as a command wins over the same word as past ("set", "let").
    if node.entry.cues.get(cue) is not Form.BASE:
        node.entry.cues[cue] = form
