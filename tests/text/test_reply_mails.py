import pytest

from plugin.text.reply import reply_of, split_reply

from .mails import Mail, mails

_MAILS = mails()


@pytest.mark.parametrize("mail", _MAILS, ids=lambda mail: mail.name)
def test_the_writers_own_words(mail: Mail) -> None:
    found = split_reply(mail.text, mail.html)
    assert found.reply == mail.reply
    assert [piece.kind for piece in found.removed] == [kind for kind, _ in mail.removed]
    for piece, (_, beginning) in zip(found.removed, mail.removed, strict=True):
        assert piece.text.startswith(beginning)


@pytest.mark.parametrize("mail", _MAILS, ids=lambda mail: mail.name)
def test_a_reply_is_its_own_reply(mail: Mail) -> None:
    reply = reply_of(mail.text, mail.html)
    assert reply_of(reply, None) == reply


def test_the_mails_are_many_and_half_of_them_unseen() -> None:
    assert len(_MAILS) >= 100
    assert len({mail.name for mail in _MAILS}) == len(_MAILS)
    assert 0.4 <= sum(mail.is_unseen for mail in _MAILS) / len(_MAILS) <= 0.6
    assert any(mail.html for mail in _MAILS)
    assert {kind for mail in _MAILS for kind, _ in mail.removed} == {
        "quote",
        "signature",
        "disclaimer",
    }
