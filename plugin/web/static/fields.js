// What the forms about a draft do in a browser, on the review page and in the sidebar.

/**
 * Whether a field holds the reader's own words. Its default value does not tell: after a refused
 * verdict that is what they had typed.
 */
export function isOwn(field) {
  if (field.type === "checkbox") return field.checked;
  return field.value.trim() !== (field.dataset.offered ?? "").trim();
}

/** Lets the button say what it would send: the draft, or the reader's edit of it. */
export function nameApproval(text, approve) {
  const asDrafted = approve.textContent;
  const name = () => {
    approve.textContent = isOwn(text) ? approve.dataset.edited : asDrafted;
  };
  text.addEventListener("input", name);
  name();
}

/** Counts down the seconds in which an approval can be taken back. */
export function countDown(form, left) {
  const until = performance.now() + Number(form.dataset.left) * 1000;
  const timer = setInterval(tick, 250);
  function tick() {
    const seconds = Math.ceil((until - performance.now()) / 1000);
    left.textContent = seconds > 0 ? `${seconds} s left to undo` : "Going out";
    if (seconds <= 0 || !left.isConnected) clearInterval(timer);
  }
  tick();
}
