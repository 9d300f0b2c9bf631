from hypothesis import given, settings

from plugin.models import Outcome
from plugin.text.alignment import Op, distance
from plugin.text.diff import DiffResult, diff
from plugin.text.hunks import display_hunks
from plugin.text.tokens import canonical, canonical_words, one_spaced

from .levenshtein import fewest_edits
from .strategies import REPLIES, TEXTS


@given(TEXTS, TEXTS)
def test_operations_turn_the_draft_into_the_final_text(draft: str, final: str) -> None:
    result = diff(draft, final)
    assert "".join(result.tokens_draft) == draft
    assert "".join(result.tokens_final) == final
    assert _applied(result) == result.tokens_final
    _check_order(result)


@given(REPLIES, REPLIES)
def test_figures_follow_their_formulas(draft: str, final: str) -> None:
    result = diff(draft, final)
    ours, theirs = canonical_words(draft), canonical_words(final)
    edits = fewest_edits(ours, theirs)
    assert distance(ours, theirs) == edits
    assert result.hter == min(1.0, edits / max(1, len(theirs)))
    longest = max(len(ours), len(theirs))
    assert result.similarity == (1 - edits / longest if longest else 1.0)


@given(TEXTS, TEXTS)
def test_similarity_is_symmetric_and_bounded(draft: str, final: str) -> None:
    there, back = diff(draft, final), diff(final, draft)
    assert there.similarity == back.similarity
    assert 0.0 <= there.similarity <= 1.0
    assert 0.0 <= there.hter <= 1.0
    assert there.outcome == back.outcome
    assert there.material == back.material


@given(TEXTS)
def test_the_same_text_is_sent_as_is(text: str) -> None:
    result = diff(text, text)
    assert (result.outcome, result.material) == (Outcome.SENT_AS_IS, False)
    assert (result.hter, result.similarity) == (0.0, 1.0)
    assert all(op.tag == "equal" for op in result.ops)
    assert len(result.ops) == (1 if text else 0)


@given(TEXTS, TEXTS)
def test_sent_as_is_means_equal_canonical_texts(draft: str, final: str) -> None:
    same = one_spaced(canonical(draft)) == one_spaced(canonical(final))
    assert (diff(draft, final).outcome is Outcome.SENT_AS_IS) == same


@given(TEXTS, TEXTS)
def test_outcomes_follow_similarity(draft: str, final: str) -> None:
    result = diff(draft, final)
    allowed = {
        Outcome.LIGHT_EDIT: result.similarity >= 0.85,
        Outcome.HEAVY_EDIT: 0.5 <= result.similarity < 0.85,
        Outcome.REWRITTEN: result.similarity < 0.5,
        Outcome.DISCARDED: result.similarity < 0.25,
    }
    assert allowed.get(result.outcome, True)
    if result.outcome in {Outcome.HEAVY_EDIT, Outcome.REWRITTEN, Outcome.DISCARDED}:
        assert result.material
    if result.outcome in {Outcome.SENT_AS_IS, Outcome.COSMETIC}:
        assert not result.material


@given(TEXTS, TEXTS)
@settings(max_examples=60)
def test_hunks_keep_both_texts(draft: str, final: str) -> None:
    hunks = display_hunks(diff(draft, final))
    assert "".join(hunk.draft for hunk in hunks) == draft
    assert "".join(hunk.final for hunk in hunks) == final
    assert all((hunk.tag == "equal") == (hunk.draft == hunk.final) for hunk in hunks)


def _applied(result: DiffResult) -> tuple[str, ...]:
    out: list[str] = []
    for tag, d0, d1, f0, f1 in result.ops:
        if tag == "equal":
            out += result.tokens_draft[d0:d1]
        elif tag in {"insert", "replace"}:
            out += result.tokens_final[f0:f1]
    return tuple(out)


def _check_order(result: DiffResult) -> None:
    """Each operation starts where the last ended, and is what its tag says."""
    d, f = 0, 0
    before: Op | None = None
    for op in result.ops:
        assert (op.d0, op.f0) == (d, f)
        d, f = op.d1, op.f1
        ours, theirs = result.tokens_draft[op.d0 : op.d1], result.tokens_final[op.f0 : op.f1]
        assert (op.tag == "equal") == (ours == theirs)
        assert bool(ours) == (op.tag != "insert")
        assert bool(theirs) == (op.tag != "delete")
        assert before is None or (before.tag == "equal") != (op.tag == "equal")
        before = op
    assert (d, f) == (len(result.tokens_draft), len(result.tokens_final))
