// Keeps an open queue true: asks again, and takes over the lines that changed. Lines that are the
// same stay the same nodes, so that focus, selection and the place on the page do too.
const EVERY_MS = 5000;
const SLOWEST_MS = 60_000;
const PATIENCE_MS = 10_000;
const ALOUD = 3;

const sections = document.getElementById("sections");
const notice = document.getElementById("notice");
const heard = document.getElementById("heard");
const needed = document.getElementById("needed");
const claiming = document.getElementById("claiming");
let version = null;
let wait = EVERY_MS;
let timer = 0;
let underway = false;
let refusal = "";

function say(sentence) {
  if (notice.textContent !== sentence) notice.textContent = sentence;
}

/** The elements of an element by their ids; null where one has none and they cannot be told apart. */
function named(element) {
  const parts = [...element.children];
  if (parts.length === 0 || parts.some((part) => !part.id)) return null;
  return new Map(parts.map((part) => [part.id, part]));
}

/** Makes `old` say what `next` says, with as few new nodes as may be. */
function take(old, next) {
  if (old.outerHTML === next.outerHTML) return;
  const mine = named(old);
  if (!mine || !named(next)) {
    old.replaceWith(next);
    return;
  }
  [...next.children].forEach((part, index) => {
    const kept = mine.get(part.id);
    mine.delete(part.id);
    // Moving a node takes the focus off it, so nodes in the right place are not moved.
    if (kept && old.children[index] === kept) take(kept, part);
    else {
      kept?.remove();
      old.insertBefore(part, old.children[index] ?? null);
    }
  });
  for (const gone of mine.values()) gone.remove();
}

const lineIds = () => new Set([...sections.querySelectorAll("tr[data-heard]")].map((line) => line.id));

function show(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = document.importNode(page.getElementById("sections"), true);
  document.title = page.title;
  needed.textContent = page.getElementById("needed").textContent;
  const before = lineIds();
  const focused = sections.contains(document.activeElement) ? document.activeElement : null;
  const added = [...fresh.querySelectorAll("tr[data-heard]")].filter((line) => !before.has(line.id));
  take(sections, fresh);
  if (focused && !focused.isConnected) {
    const again = document.getElementById(focused.id) ?? document.getElementById("queue");
    again.focus({ preventScroll: true });
  }
  tell(added.map((line) => line.dataset.heard));
}

/** Says aloud what came in, and how many need the reader now. What others took away is only shown. */
function tell(news) {
  if (news.length === 0) return;
  const more = news.length - ALOUD;
  const first = news.slice(0, ALOUD);
  if (more > 0) first.push(`And ${more} more`);
  heard.textContent = [...first, needed.textContent].join(". ");
}

/** Asks once. Resolves to whether to go on asking; throws while the server is out of reach. */
async function look() {
  const answer = await fetch(location.href, {
    headers: version ? { "If-None-Match": version } : {},
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (answer.status === 401) {
    say("You are signed out. Open a new sign-in link.");
    return false;
  }
  if (answer.status !== 304) {
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const html = await answer.text();
    version = answer.headers.get("ETag");
    show(html);
  }
  say(refusal);
  return true;
}

async function follow() {
  clearTimeout(timer);
  try {
    if (document.visibilityState === "visible" && !(await look())) return;
    wait = EVERY_MS;
  } catch {
    say("Connection lost, trying again.");
    wait = Math.min(wait * 1.5, SLOWEST_MS);
  }
  clearTimeout(timer);
  timer = setTimeout(follow, wait);
}

/** Claims a draft, or lets it go, without leaving the page; says who was first where somebody was. */
async function claim(button) {
  const answer = await fetch(claiming.action, {
    method: "POST",
    body: new FormData(claiming, button),
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  refusal = answer.ok ? "" : (await answer.json()).error.message;
  await follow();
}

claiming.addEventListener("submit", (event) => {
  if (!event.submitter) return;
  event.preventDefault();
  if (underway) return;
  underway = true;
  claim(event.submitter)
    .catch(() => say("Connection lost. Try that again."))
    .finally(() => {
      underway = false;
    });
});

document.getElementById("asof").textContent = "This page keeps itself up to date.";
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") follow();
});
timer = setTimeout(follow, EVERY_MS);
