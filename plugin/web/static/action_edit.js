// Lets ticks and the button say what an edit makes of the actions. Without it everything works, too:
// a tick means that the action is done as it stands in the form.
import { isOwn } from "./fields.js";

const before = new WeakMap(); // what a tick said of the action as it was drafted

function tell(row) {
  const tick = document.querySelector(`#ticks input[value="${row.dataset.tick}"]`)?.closest(".tick");
  const words = tick?.querySelector("bdi");
  if (!words) return;
  if (!before.has(words)) before.set(words, words.textContent);
  const amount = row.querySelector("input[name^=amount-]");
  const dropped = row.querySelector("input[name=drop]").checked;
  const changed = amount && isOwn(amount);
  words.textContent = changed ? before.get(words).replace(row.dataset.amount, amount.value.trim()) : before.get(words);
  tick.hidden = dropped;
  if (dropped || changed !== tick.dataset.changed) tick.querySelector("input").checked = false;
  tick.dataset.changed = changed;
  if (amount) amount.readOnly = dropped;
}

function follow({ target }) {
  const row = target.closest?.(".change-one");
  if (row) tell(row);
  if (!row && target.id !== "text") return;
  const ticks = document.getElementById("ticks");
  if (ticks) ticks.hidden = ![...ticks.querySelectorAll(".tick")].some((tick) => !tick.hidden);
  const approve = document.getElementById("approve");
  const fields = [...document.querySelectorAll(".change-one input, #text")];
  if (approve && fields.some(isOwn)) approve.textContent = approve.dataset.edited;
  else if (approve && row) document.getElementById("text")?.dispatchEvent(new Event("input"));
}

/** What stands in the fields already: after a refusal, or put back into a new copy of the card. */
function look() {
  for (const row of document.querySelectorAll(".change-one")) {
    if ([...row.querySelectorAll("input")].some(isOwn)) follow({ target: row });
  }
}

document.addEventListener("input", follow);
const card = document.getElementById("card");
if (card) new MutationObserver(look).observe(card, { childList: true });
look();
