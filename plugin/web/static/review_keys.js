// Keys of the review page. A letter leads somewhere and gives no verdict; none is heard in a field.
// They can be switched off (WCAG 2.1.4); then the list is opened by its button alone.
import { openForm } from "./fields.js";

const OFF = "bookbag-keys-off";
const BEGUN = "You have begun something on this draft. Press the key again to leave it.";
const FIELDS = "textarea, select, input, [contenteditable]";

const list = document.getElementById("keys");
const isOn = document.getElementById("keys-on");
const news = document.getElementById("key-news");
let asked = null;

/** Browsers may keep storage away. */
function stored(change) {
  try {
    return change(localStorage);
  } catch {
    return null;
  }
}

function dress() {
  for (const target of document.querySelectorAll("[data-key]")) {
    const keys = target.dataset.key.toUpperCase();
    if (isOn.checked) target.setAttribute("aria-keyshortcuts", keys);
    else target.removeAttribute("aria-keyshortcuts");
    target.title = isOn.checked ? `Key: ${keys}` : "";
  }
}

function lead(target, key, hasBegun) {
  if (target.tagName === "SUMMARY") return openForm(target.parentElement);
  if (target.tagName !== "A") return target.focus();
  if (!hasBegun() || asked === key) return target.click();
  asked = key;
  news.textContent = BEGUN;
}

function onKey(event, hasBegun) {
  if (event.repeat || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!isOn.checked || list.open || event.target.closest?.(FIELDS)) return;
  const key = event.key.toLowerCase();
  if (key === "?") {
    event.preventDefault();
    return list.showModal();
  }
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target?.checkVisibility()) return;
  event.preventDefault();
  lead(target, key, hasBegun);
}

/** `hasBegun`: whether leaving would lose something. */
export function listen(hasBegun) {
  isOn.checked = !stored((kept) => kept.getItem(OFF));
  dress();
  isOn.addEventListener("change", () => {
    stored((kept) => (isOn.checked ? kept.removeItem(OFF) : kept.setItem(OFF, "1")));
    dress();
  });
  const open = document.getElementById("keys-open");
  open.hidden = false;
  open.addEventListener("click", () => list.showModal());
  document.getElementById("keys-close").addEventListener("click", () => list.close());
  document.addEventListener("keydown", (event) => onKey(event, hasBegun));
}
