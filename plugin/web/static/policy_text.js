// The policy file as text: numbers beside its lines, and a check whenever the typing pauses. Without
// this the button checks; what a check found is the same part of the page either way.
const PAUSE_MS = 600;
const PATIENCE_MS = 10_000;
const NO_ANSWER = "The check got no answer. It is tried again when you type on.";

const form = document.getElementById("text-form");
const source = document.getElementById("source");
const numbers = document.getElementById("numbers");
const checked = document.getElementById("checked");
let timer = 0;
let asking = null;
let shown = 0;

const sent = source.value;
let leaves = false;

/** One number a line. Only as many are made anew as lines came or went. */
function count() {
  const lines = source.value.split("\n").length;
  for (; shown < lines; shown += 1) {
    const number = document.createElement("span");
    number.textContent = shown + 1;
    numbers.append(number);
  }
  for (; shown > lines; shown -= 1) numbers.lastChild.remove();
  follow();
}

function follow() {
  numbers.scrollTop = source.scrollTop;
}

/** Marks the numbers of the lines that something was found in. */
function mark() {
  for (const number of numbers.querySelectorAll("[class]")) number.removeAttribute("class");
  for (const line of checked.querySelectorAll("[data-line]")) {
    numbers.children[line.dataset.line - 1]?.classList.add(line.dataset.level);
  }
  const isWrong = checked.querySelector("[data-level=error]");
  if (isWrong) source.setAttribute("aria-invalid", "true");
  else source.removeAttribute("aria-invalid");
}

/** Leads to a line of the text. */
function go(line) {
  const before = source.value.split("\n").slice(0, line - 1);
  const start = before.reduce((sum, text) => sum + text.length + 1, 0);
  const end = source.value.indexOf("\n", start);
  source.focus();
  source.setSelectionRange(start, end < 0 ? source.value.length : end);
  const height = parseFloat(getComputedStyle(source).lineHeight);
  source.scrollTop = Math.max(0, (line - 4) * height);
}

async function check() {
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "text/html" },
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const found = page.getElementById("checked");
    const refusal = page.querySelector("main p")?.textContent;
    if (found) checked.replaceChildren(...document.importNode(found, true).childNodes);
    else checked.textContent = refusal ?? NO_ANSWER;
    mark();
  } catch {
    if (!signal.aborted) checked.textContent = NO_ANSWER;
  }
}

source.addEventListener("input", () => {
  count();
  clearTimeout(timer);
  timer = setTimeout(check, PAUSE_MS);
});
source.addEventListener("scroll", follow);
checked.addEventListener("click", (event) => {
  const link = event.target.closest("[data-go]");
  if (!link) return;
  event.preventDefault();
  go(Number(link.dataset.go));
});
form.addEventListener("submit", () => {
  leaves = true;
});
// What was typed is nowhere else yet.
window.addEventListener("beforeunload", (event) => {
  if (!leaves && source.value !== sent) event.preventDefault();
});
window.addEventListener("pageshow", () => {
  leaves = false;
  count();
  mark();
});
numbers.hidden = false;
