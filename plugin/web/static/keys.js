// Keys of the sidebar. No bare letter gives a verdict: words meant for the helpdesk's composer may be
// typed here by mistake. A letter leads to a field, a form or a button; with Control or Alt it presses.
import { openForm } from "./fields.js";
import { card } from "./page.js";

const FIELDS = "textarea, select, input";

/** How a key is named in `data-key`; null for what means nothing here. */
function named(event) {
  if (event.repeat || event.isComposing) return null;
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) return `control+${key}`;
  // With Alt some keyboards write another letter.
  if (event.altKey) return `alt+${event.code.replace("Key", "").toLowerCase()}`;
  return event.target.closest?.(FIELDS) ? null : key;
}

export function onKey(event) {
  const keys = named(event);
  const target = keys && card.querySelector(`[data-key="${CSS.escape(keys)}"]`);
  // What is not there to be seen is not there to be pressed.
  if (!target?.checkVisibility()) return;
  event.preventDefault();
  if (target.tagName === "SUMMARY") openForm(target.parentElement);
  else if (keys.includes("+")) target.click();
  else target.focus();
}
