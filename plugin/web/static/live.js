// Keeps an open review page true: follows a draft that somebody else, or the worker, may move.
// Everything works without this; whatever it shows is set as text, never as HTML.
import { countDown, isOwn, nameApproval, openForm, unmark } from "./fields.js";
import { fill } from "./fragments.js";
import { listen } from "./review_keys.js";
import { tell } from "./seen.js";
import { localise } from "./times.js";
import { watch } from "./word_diff.js";

const EVERY_MS = 1500;
const SLOWEST_MS = 30_000;
const PATIENCE_MS = 10_000;

const draft = document.getElementById("draft");
const notice = document.getElementById("notice");
const text = document.getElementById("text");
const approve = document.getElementById("approve");

function say(sentence) {
  if (notice.textContent !== sentence) notice.textContent = sentence;
}

/** Whether the reader has begun something that leaving would lose. */
function hasBegun() {
  return [...draft.querySelectorAll("textarea, select, input:not([type=hidden])")].some(isOwn);
}

/** Asks once. Resolves to whether to go on asking; throws while the server is out of reach. */
async function look() {
  const answer = await fetch(draft.dataset.follow, {
    headers: { Accept: "application/json" },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (answer.status === 401) {
    say("You are signed out. Copy what you typed, then open the page anew from the sidebar, or by a new sign-in link.");
    return false;
  }
  if (answer.status === 404) {
    say("This draft is not there any more.");
    return false;
  }
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const now = await answer.json();
  if (now.state === draft.dataset.state && String(now.rev) === draft.dataset.rev) {
    say("");
    return true;
  }
  if (!hasBegun()) {
    // Never reload(): after a refused verdict that would send the form again.
    location.replace(draft.dataset.page);
    return false;
  }
  const by = now.by ? `, by ${now.by}` : "";
  say(`This draft is ${now.words} now${by}. Copy what you typed, then open it again: `);
  const link = document.createElement("a");
  link.href = draft.dataset.page;
  link.textContent = "see where it stands";
  notice.append(link);
  return false;
}

async function follow(wait) {
  let next = EVERY_MS;
  try {
    if (document.visibilityState === "visible" && !(await look())) return;
  } catch {
    say("Connection lost, trying again.");
    next = Math.min(wait * 1.5, SLOWEST_MS);
  }
  setTimeout(follow, next, next);
}

const buttons = () => draft.querySelectorAll("button");

/** A verdict is under way: the button says so, and none can be pressed twice. */
function send(event) {
  const button = event.submitter;
  if (draft.ariaBusy) return event.preventDefault();
  tell(event.target);
  draft.ariaBusy = "true";
  // Not before the form is read: a disabled button would not be in it.
  setTimeout(() => {
    for (const each of buttons()) each.disabled = true;
    if (button?.dataset.busy) button.textContent = button.dataset.busy;
  });
}

/** A piece of the page, from our own server. */
async function piece(url) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2 * PATIENCE_MS) });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.text();
}

/** Back by the browser's button: what was under way is over, and what is shown may be old. */
function comeBack({ persisted }) {
  if (persisted && draft.ariaBusy) location.replace(draft.dataset.page);
}

function openRejection(event) {
  const summary = event.target.closest("summary");
  if (!summary || summary.parentElement.open) return;
  event.preventDefault();
  openForm(summary.parentElement);
}

if (draft) {
  localise(draft);
  if (text && approve) nameApproval(text, approve);
  const [changes, count, changed] = ["changes", "changes-count", "changes-words"].map((id) => document.getElementById(id));
  if (text && changes) watch(text, changes, count, changed);
  const undo = document.getElementById("undo");
  const left = document.getElementById("left");
  if (undo && left) countDown(undo, left);
  draft.addEventListener("submit", send);
  draft.addEventListener("input", ({ target }) => unmark(draft, target.name));
  draft.addEventListener("click", openRejection);
  window.addEventListener("pageshow", comeBack);
  listen(hasBegun);
  fill(document, piece);
  setTimeout(follow, EVERY_MS, EVERY_MS);
}
