"""How a merchant's approvers are told: groups in the helpdesk, and the chat."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from plugin.models import Role
from plugin.store.scope import Scope
from plugin.store.telling_tables import ApproverGroup, ChatHookRow


def groups(session: Session, scope: Scope, account_id: str) -> Mapping[Role, str]:
    """The helpdesk's groups of an account by the role that is asked."""
    rows = session.scalars(
        select(ApproverGroup).where(
            ApproverGroup.merchant_id == scope.merchant_id, ApproverGroup.account_id == account_id
        )
    )
    return {row.role: row.group_id for row in rows}


def set_group(
    session: Session, scope: Scope, account_id: str, role: Role, group_id: str | None
) -> None:
    """Give tickets to a group where people of a role are asked; None gives them to none."""
    session.execute(
        delete(ApproverGroup).where(
            ApproverGroup.merchant_id == scope.merchant_id,
            ApproverGroup.account_id == account_id,
            ApproverGroup.role == role,
        )
    )
    if group_id is not None:
        session.add(
            ApproverGroup(
                merchant_id=scope.merchant_id, account_id=account_id, role=role, group_id=group_id
            )
        )


def chat_hook(session: Session, scope: Scope) -> str | None:
    """The address of the merchant's chat, a secret; None where there is none."""
    return session.scalar(
        select(ChatHookRow.url).where(ChatHookRow.merchant_id == scope.merchant_id)
    )


def has_chat(session: Session, scope: Scope) -> bool:
    """Whether the merchant has a chat, without opening its secret."""
    found = session.scalar(
        select(ChatHookRow.id).where(ChatHookRow.merchant_id == scope.merchant_id)
    )
    return found is not None


def set_chat_hook(session: Session, scope: Scope, url: str | None, *, at: datetime) -> None:
    """Post to this address from now on; None posts nowhere."""
    session.execute(delete(ChatHookRow).where(ChatHookRow.merchant_id == scope.merchant_id))
    if url is not None:
        session.add(ChatHookRow(merchant_id=scope.merchant_id, url=url, created_at=at))
