"""How approvers are told is set up, tried and taken away by command."""

from plugin.store import telling
from plugin.store.scope import Scope
from tests.bench.post_office import chat_room, free_port, post_office
from tests.cli.support import Shell
from tests.cli.test_merchants import reading, refused

FROM = {"BOOKBAG_MAIL_FROM": "Bookbag <bookbag@larkspur.example>"}


def test_a_chat_is_set_tried_and_removed(shell: Shell) -> None:
    merchant = shell.merchant()
    here = shell.having(BOOKBAG_ALLOW_PRIVATE_ADDRESSES="yes")
    with chat_room() as (room, url):
        hook = shell.file("hook.txt", f"{url}\n")
        refused(
            shell("telling", "set-chat", "--merchant", merchant, "--url-file", hook), "https://"
        )
        assert here("telling", "set-chat", "--merchant", merchant, "--url-file", hook).code == 0
        assert here("telling", "test", "--merchant", merchant).out == "chat: posted\n"
        room.status = 404
        gone = here("telling", "test", "--merchant", merchant)
    assert len(room.messages) == 2
    assert (gone.code, "secret-path" in gone.err) == (3, False)
    with reading(shell) as session:
        assert telling.chat_hook(session, Scope(merchant)) == url
    assert here("telling", "set-chat", "--merchant", merchant, "--remove").code == 0
    refused(here("telling", "test", "--merchant", merchant), "has no chat")
    refused(here("telling", "set-chat", "--merchant", merchant), "either --url-file or --remove")


def test_a_test_mail_says_what_is_wrong(shell: Shell) -> None:
    merchant = shell.merchant()
    words = ("telling", "test", "--merchant", merchant, "--no-chat", "--email", "a@b.example")
    refused(shell(*words), "BOOKBAG_SMTP_URL")
    with post_office() as (office, port):
        url = f"smtp://127.0.0.1:{port}?tls=none"
        sent = shell.having(BOOKBAG_SMTP_URL=url, **FROM)(*words)
    assert (sent.code, sent.out) == (0, "mail: sent to a@b.example\n")
    assert len(office.to("a@b.example")) == 1
    nobody = shell.having(BOOKBAG_SMTP_URL=f"smtp://127.0.0.1:{free_port()}?tls=none", **FROM)
    away = nobody(*words)
    assert (away.code, away.line.startswith("bookbag: the mail server")) == (3, True)


def test_a_group_that_cannot_be_asked_for_is_not_set(shell: Shell) -> None:
    merchant = shell.merchant()
    account = shell.account(merchant, url=f"https://127.0.0.1:{free_port()}").json["id"]
    words = ("account", "set-group", "--merchant", merchant, "--account", account, "--role", "lead")
    assert shell(*words, "--group", "360007").code == 3
    refused(shell(*words), "either --group or --none")
    assert shell(*words, "--none").out == "no group\n"
    with reading(shell) as session:
        assert telling.groups(session, Scope(merchant), account) == {}
