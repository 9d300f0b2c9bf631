// The sidebar: this file ties its parts together. `follow` asks what is new, `card` shows it, `act`
// sends what an agent does about it.
import "./action_edit.js";
import { act, openReview } from "./act.js";
import { address, api } from "./api.js";
import { forgetRefusal, throwAway, useKept } from "./card.js";
import { openForm, unmark } from "./fields.js";
import { find, follow } from "./follow.js";
import { host } from "./frame.js";
import { onKey } from "./keys.js";
import { card, element, now } from "./page.js";

const OTHER_TICKET = "Another ticket is open now. Nothing was sent.";
const UNSURE = "Bookbag could not be reached, so it is not known whether this reply may go out. Try again.";

card.addEventListener("submit", (event) => {
  event.preventDefault();
  act(event.target, event.submitter);
});
card.addEventListener("input", ({ target }) => {
  if (unmark(card, target.name)) forgetRefusal();
});
card.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-hand-over]");
  const summary = event.target.closest("summary");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    openReview(link);
  } else if (summary && !summary.parentElement.open) {
    event.preventDefault();
    openForm(summary.parentElement);
  }
});
document.addEventListener("keydown", onKey);
element("kept-use").addEventListener("click", useKept);
element("kept-away").addEventListener("click", () => {
  throwAway();
  element("state")?.focus();
});
document.addEventListener("visibilitychange", follow);
window.addEventListener("online", follow);

host.onSave(async ({ ticketId: ticket, public: isPublic, text }) => {
  if (!isPublic) return;
  now.ticketId ??= ticket;
  if (ticket !== now.ticketId) throw new Error(OTHER_TICKET);
  const body = JSON.stringify({ public: isPublic, text });
  const headers = { "Content-Type": "application/json" };
  try {
    await api(address("save"), { method: "POST", body, headers });
  } catch (failure) {
    throw new Error(failure.status && failure.isSure ? failure.message : UNSURE);
  }
});
host.onNews(() => find().then(follow, follow));
follow();
