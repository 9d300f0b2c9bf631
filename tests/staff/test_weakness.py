"""Which passwords are refused, and that no others are."""

import pytest

from plugin.staff.passwords import weakness

OWN = ("lena.ortiz@larkspur.example", "Lena Ortiz")


@pytest.mark.parametrize(
    "password",
    [
        "",
        "short",
        "elevenchars",
        "passwordpassword",
        "Password1234!",
        "aaaaaaaaaaaaaaaa",
        "abababababababab",
        "123456789012",
        "1234567890123456",
        "qwertyuiop12",
        "1qaz2wsx3edc",
        "lenaortiz1234",
        "Larkspur-2026!",
        "ORTIZ ortiz lena",
        "welcomewelcome1",
        "x" * 201,
    ],
)
def test_a_weak_one_is_refused(password: str) -> None:
    assert weakness(password, *OWN) is not None


@pytest.mark.parametrize(
    "password",
    [
        "grass lantern orbit",
        "grasslanternorbit",
        "kd8#fQ2!vLm0",
        "правильная лошадь",
        "正しい馬の電池のホチキス留め",
        "correct password horse battery",
        "lena likes purple trains",
        "839471026583",
        "x y z w v u t s r q",
    ],
)
def test_a_good_one_is_not(password: str) -> None:
    assert weakness(password, *OWN) is None
