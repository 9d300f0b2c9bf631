// Shows the ticket's draft, and loses nothing that its reader has begun to write.
// Sentences are set as text. HTML comes from our own server only, which has escaped it.
import { api } from "./api.js";
import { dress } from "./busy.js";
import { countDown, isOwn, mark, nameApproval } from "./fields.js";
import { fill } from "./fragments.js";
import { card, element, isHere, kept, now, say, standing, tell, toHeading } from "./page.js";
import { beginAnew } from "./seen.js";
import { localise } from "./times.js";

export const WROTE_AGAIN = "The customer wrote again. This is a new draft.";
const ANOTHER = "This is another draft of this ticket.";
// Ticks and choices are put back where they fit; they are no words to keep.
const CHOSEN = new Set(["done", "reason_kind"]);
const TYPED = "What you typed";
const TYPED_BEFORE = "What you typed for the draft before this one";
// Whoever was about to press a button has not read what it is about now.
const FRESH_MS = 1000;

const typed = new Map(); // by draft: what its reader has begun to write
let shownTicket = null;
let wrong = null; // which field was refused, of which draft, and why

export function show(html) {
  const before = remember();
  const { body } = new DOMParser().parseFromString(html, "text/html");
  card.replaceChildren(...body.childNodes);
  localise(card);
  const draft = element("draft")?.dataset;
  fill(card, piece);
  if (before.draft !== draft?.draft || before.rev !== draft?.rev) beginAnew();
  if (before.draft && before.draft !== draft?.draft) setAside(before.draft);
  if (draft) restore(draft.draft);
  element("kept-use").hidden = !element("text") || element("text").readOnly;
  refocus(before);
  announce(before, draft);
  shownTicket = now.ticketId;
  const [text, approve, undo, left] = ["text", "approve", "undo", "left"].map(element);
  if (text && approve) nameApproval(text, approve);
  if (undo && left) countDown(undo, left);
  dress();
}

const piece = async (url) => (await api(url)).text();

/** Says what is another than before. What the reader did themself is told by whoever did it. */
function announce(before, draft) {
  if (before.standing === standing()) return;
  if (now.unsure) {
    now.unsure = false;
    say("problem", "");
  }
  const isSame = before.draft === draft?.draft;
  if (before.draft && draft && shownTicket === now.ticketId && (!isSame || before.rev !== draft.rev)) {
    settle();
    // Ids of drafts are in the order of time.
    const sentence = draft.draft > before.draft ? WROTE_AGAIN : ANOTHER;
    if (!now.busy) {
      say("problem", "");
      tell(isSame ? draft.anew : sentence, "advice");
    }
    toHeading();
  } else if (before.shown && !now.busy) {
    // The heading shows it; this is for those who do not see that it changed.
    const by = element("deed") ? ` ${element("deed").textContent}.` : "";
    tell(`${element("state").textContent}.${by}`, kept.hidden ? "unseen" : "advice");
  }
}

/** For a moment nothing can be pressed. */
function settle() {
  now.freshUntil = performance.now() + FRESH_MS;
  card.dataset.fresh = "";
  setTimeout(() => {
    if (performance.now() >= now.freshUntil) delete card.dataset.fresh;
  }, FRESH_MS);
}

/** Takes note of what was begun, and where the reader was. */
function remember() {
  const draft = element("draft");
  const focused = isHere() && card.contains(document.activeElement) ? document.activeElement : null;
  if (draft) {
    const own = [...draft.querySelectorAll("textarea, select, input:not([type=hidden])")].filter(isOwn);
    if (own.length) {
      const fields = own.map((field) => ({ name: field.name, value: field.value, offered: field.dataset.offered }));
      typed.set(draft.dataset.draft, fields);
    } else typed.delete(draft.dataset.draft);
  }
  return {
    shown: Boolean(element("state")),
    draft: draft?.dataset.draft,
    rev: draft?.dataset.rev,
    standing: standing(),
    isOpen: Boolean(element("rejection")?.open),
    focused: focused && { id: focused.id || "state", name: focused.name, value: focused.value },
    selection: focused?.tagName === "TEXTAREA" ? [focused.selectionStart, focused.selectionEnd] : null,
  };
}

/** Puts what was begun back where it still fits, and beside the draft where it does not. */
function restore(draft) {
  for (const { name, value, offered } of typed.get(draft) ?? []) {
    const fields = [...card.querySelectorAll(`[name="${name}"]`)];
    if (name === "done") {
      for (const tick of fields) tick.checked ||= tick.value === value;
      continue;
    }
    const field = fields.find((one) => !one.readOnly && one.dataset.offered === offered);
    if (!field) {
      if (!CHOSEN.has(name)) keep(value, TYPED);
    } else {
      field.value = value;
      field.closest("details")?.setAttribute("open", "");
    }
  }
  if (wrong?.draft === draft) mark(card, wrong.name, wrong.sentence);
}

/** Says beside a field why a verdict was refused. Returns what to mend; null if it is not there. */
export function refuseField(name, sentence) {
  const field = mark(card, name, sentence);
  wrong = field && { draft: element("draft").dataset.draft, name, sentence };
  return field;
}

export function forgetRefusal() {
  wrong = null;
}

function setAside(draft) {
  for (const { name, value } of typed.get(draft) ?? []) {
    if (!CHOSEN.has(name)) keep(value, TYPED_BEFORE);
  }
  typed.delete(draft);
}

function keep(words, of) {
  const box = element("kept-text");
  if (box.value.includes(words)) return;
  box.value = box.value ? `${box.value}\n\n${words}` : words;
  say("kept-of", of);
  kept.hidden = false;
}

export function throwAway() {
  element("kept-text").value = "";
  kept.hidden = true;
}

/** Takes what was set aside for the reply; what stood there can be had back by the browser's undo. */
export function useKept() {
  const text = element("text");
  text.focus();
  text.select();
  // Deprecated, and the only way that keeps the browser's own undo.
  if (!document.execCommand("insertText", false, element("kept-text").value)) {
    text.value = element("kept-text").value;
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }
  throwAway();
}

function refocus({ focused, selection, isOpen }) {
  if (isOpen) element("rejection")?.setAttribute("open", "");
  if (!focused) return;
  const named = `[name="${CSS.escape(focused.name ?? "")}"][value="${CSS.escape(focused.value ?? "")}"]`;
  const target = element(focused.id) ?? element("state");
  const mine = focused.name === "done" ? card.querySelector(named) ?? target : target;
  mine?.focus({ preventScroll: true });
  if (selection && mine?.tagName === "TEXTAREA") mine.setSelectionRange(...selection);
}
