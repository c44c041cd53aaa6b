"""What managers do with comments on calls: write, read, delete."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select

from services.common.caller import Caller
from services.common.db import Database, TenantSession, utc_now
from services.common.errors import not_found
from services.common.paging import Page, SortKey, read_page
from services.conversation.call_service import visible_call
from services.conversation.masking import mask_text
from services.conversation.models import CommentRow


@dataclass(frozen=True, slots=True)
class Comment:
    """What a manager wrote on a call.

    Attributes:
        comment_id: Unique in the call.
        author: The subject of the token.
        text: Masked.
        place: The utterance that it is about; None for the call as a whole.
        created_at: When.
    """

    comment_id: str
    author: str
    text: str
    place: int | None
    created_at: datetime


class CommentService:
    """Comments on the calls of all tenants.

    Args:
        db: The service's database.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def create(
        self, session: TenantSession, caller: Caller, call_id: str, text: str, place: int | None
    ) -> Comment:
        """Writes a comment; the same one again stays as it is.

        Raises:
            LeadlightError: NOT_FOUND for the call.
        """
        visible_call(session, caller, call_id)
        text = mask_text(text)
        said = json.dumps([caller.subject, text, place])
        comment = Comment(
            hashlib.sha256(said.encode()).hexdigest()[:32], caller.subject, text, place, utc_now()
        )
        row = {
            "call_id": call_id,
            "comment_id": comment.comment_id,
            "author": comment.author,
            "text": comment.text,
            "place": comment.place,
            "created_at": comment.created_at,
        }
        if session.upsert_rows(CommentRow, [row], update=[]) == 0:
            before = session.get(CommentRow, call_id=call_id, comment_id=comment.comment_id)
            return comment if before is None else comment_of(before)
        return comment

    def list(self, caller: Caller, call_id: str, *, page_size: int, page_token: str) -> Page[Comment]:
        """A page of a call's comments, the first written first.

        Raises:
            LeadlightError: NOT_FOUND for the call; INVALID_ARGUMENT for a page token of another list.
        """
        with self._db.read(caller.tenant) as session:
            visible_call(session, caller, call_id)
            page = read_page(
                session,
                select(CommentRow).where(CommentRow.call_id == call_id),
                [SortKey(CommentRow.created_at), SortKey(CommentRow.comment_id)],
                page_size=page_size,
                page_token=page_token,
                scope=["comments", call_id],
            )
        return Page([comment_of(row) for row in page.rows], page.next_page_token)

    def delete(self, session: TenantSession, call_id: str, comment_id: str, *, allow_missing: bool) -> None:
        """Deletes a comment.

        Raises:
            LeadlightError: NOT_FOUND.
        """
        statement = delete(CommentRow).where(
            col(CommentRow.call_id) == call_id, col(CommentRow.comment_id) == comment_id
        )
        if not session.change(statement) and not allow_missing:
            raise not_found("comment", f"{call_id}/{comment_id}")


def comment_of(row: CommentRow) -> Comment:
    """A comment from its row."""
    return Comment(row.comment_id, row.author, row.text, row.place, row.created_at)
