// The sidebar: this file ties its parts together. `follow` asks what is new, `card` shows it, `act`
// sends what an agent does about it.
import "./action_edit.js";
import { act, openReview } from "./act.js";
import { forgetRefusal, throwAway, useKept } from "./card.js";
import { openForm, unmark } from "./fields.js";
import { afterLook, comes, find, follow, wake } from "./follow.js";
import { host } from "./frame.js";
import { forget } from "./gate.js";
import { onKey } from "./keys.js";
import { card, element } from "./page.js";
import { offer } from "./review_mode.js";
import { mayLeave } from "./save.js";

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

host.onSave(mayLeave);
host.onNews(() => {
  forget();
  find().then(follow, follow);
});
host.onShown((isShown) => {
  forget();
  comes(isShown);
});
window.addEventListener("focus", wake);
afterLook(offer);
follow();
