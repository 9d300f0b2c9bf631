// The sidebar's fixed elements, what is said in them, and what is under way.
import { host } from "./frame.js";

const SET_ASIDE = "What you typed stands below.";

export const element = (id) => document.getElementById(id);
export const card = element("card");
export const kept = element("kept");

/**
 * ticketId: which ticket is shown. busy: a verdict is under way. freshUntil: the draft has only just
 * come into the place of another. unsure: the problem that is told may be none.
 */
export const now = { ticketId: null, busy: false, freshUntil: 0, unsure: false };

/** Whether the reader works in here. If not, they write in the helpdesk: leave them there. */
export const isHere = () => document.hasFocus();

export function say(id, sentence) {
  if (element(id).textContent !== sentence) element(id).textContent = sentence;
}

export const withKept = (sentence) => (kept.hidden ? sentence : `${sentence} ${SET_ASIDE}`);

/** Says what has happened: what the reader did, or what others did meanwhile. */
export function tell(sentence, kind) {
  element("news").className = kind;
  say("news", sentence && withKept(sentence));
}

/** Names which draft is shown, and how it stands. */
export function standing() {
  const { draft, rev, state } = element("draft")?.dataset ?? {};
  return `${draft} ${rev} ${state} ${element("state")?.textContent}`;
}

/** Brings what is said into sight. The frame is scrolled by its helpdesk where it is that high. */
export function toTop() {
  window.scrollTo(0, 0);
  if (isHere()) host.reveal();
}

export function toHeading() {
  toTop();
  if (isHere()) element("state")?.focus({ preventScroll: true });
}
