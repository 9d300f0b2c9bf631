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

/**
 * Says beside a field what is wrong with it. Returns what to mend first: of ticks, the first that
 * is missing. Nothing is returned where the field is not there.
 */
export function mark(root, name, sentence) {
  unmark(root, name);
  const fields = [...root.querySelectorAll(`[name="${CSS.escape(name)}"]:not([type=hidden])`)];
  const wrong = fields.filter((field) => field.type !== "checkbox" || !field.checked);
  if (!wrong.length || !wrong[0].checkVisibility()) return null;
  const line = document.createElement("p");
  Object.assign(line, { id: `wrong-${name}`, className: "problem", role: "alert" });
  const group = wrong[0].closest("fieldset");
  if (group) group.querySelector("legend").after(line);
  else wrong[0].after(line);
  line.textContent = sentence;
  for (const field of wrong) {
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", line.id);
  }
  return wrong[0];
}

/** What was wrong is being mended, or was told by another verdict. Whether anything was. */
export function unmark(root, name) {
  const wrong = root.querySelectorAll(`[name="${CSS.escape(name)}"][aria-invalid]`);
  for (const field of wrong) {
    document.getElementById(field.getAttribute("aria-describedby"))?.remove();
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
  return wrong.length > 0;
}

/** Opens the form behind a summary and leads to its field: it may open out of sight. */
export function openForm(details) {
  details.open = true;
  const field = details.querySelector("select, input:not([type=hidden])");
  field.focus({ preventScroll: true });
  details.scrollIntoView({ block: "nearest" });
}
