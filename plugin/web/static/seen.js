// For how long a draft was in sight, for its verdict's form. A form asks for it by its field; where the
// merchant has switched that off, no form does.

let since = document.visibilityState === "visible" ? performance.now() : null;
let before = 0;

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") since ??= performance.now();
  else if (since !== null) {
    before += performance.now() - since;
    since = null;
  }
});

export const seenMs = () => Math.round(before + (since === null ? 0 : performance.now() - since));

/** Another draft has come into its place. */
export function beginAnew() {
  before = 0;
  if (since !== null) since = performance.now();
}

/** Writes the time into a form that asks for it. */
export function tell(form) {
  const field = form.elements.namedItem("seen_ms");
  if (field) field.value = seenMs();
}
