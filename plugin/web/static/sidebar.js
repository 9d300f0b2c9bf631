// The sidebar: follows the ticket beside it, sends what an agent does, and loses nothing typed.
// Sentences are set as text. HTML comes from our own server only, which has escaped it.
import { countDown, isOwn, nameApproval } from "./fields.js";
import { openHost } from "./host.js";

const EVERY_MS = 1500;
const SLOWEST_MS = 30_000;
const PATIENCE_MS = 10_000;
const OFFLINE = "Connection lost. What you see may be old; Bookbag keeps trying.";
const UNREACHED = "Bookbag could not be reached, so nothing was done. Try again.";
const UNSURE = "Bookbag could not be reached, so it is not known whether this reply may go out. Try again.";
const SET_ASIDE = "What you typed stands below.";
const NO_TICKET = "Open Bookbag beside a ticket in your helpdesk.";
const NOT_INSERTED = {
  internal_note: "Your composer is set to an internal note. Set it to a public reply, then insert again.",
  other_ticket: "Another ticket is open now. Nothing was inserted.",
};
const NO_INSERTION = "The helpdesk did not take the text. Nothing was inserted; try again.";

const element = (id) => document.getElementById(id);
const page = element("sidebar");
const card = element("card");
const kept = element("kept");
const host = openHost(page.dataset);

let ticketId = null;
let version = null;
let looks = 0;
let newest;
let wait = EVERY_MS;
let timer;
let busy = false;
let over = false;
const typed = new Map(); // by draft: what its reader has begun to write

function say(id, sentence) {
  if (element(id).textContent !== sentence) element(id).textContent = sentence;
}

/** Whether the reader works in here. If not, they write in the helpdesk: leave them there. */
const isHere = () => document.hasFocus();

/** Says what has happened: what the reader did, or what others did meanwhile. */
function tell(sentence, kind) {
  element("news").className = kind;
  say("news", sentence && !kept.hidden ? `${sentence} ${SET_ASIDE}` : sentence);
}

/** An answer that is no success. `status` is 0 where none came. */
class Failed extends Error {
  constructor(message, status, fields = {}) {
    super(message);
    this.status = status;
    this.fields = fields;
  }
}

/** Every request goes through here. What goes wrong is told as JSON. */
async function api(url, { method = "GET", body, headers = {} } = {}) {
  const proof = page.dataset.session ? { Authorization: `Bearer ${page.dataset.session}` } : {};
  const options = { method, body, headers: { Accept: "application/json", ...proof, ...headers } };
  let answer;
  try {
    answer = await fetch(url, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    throw new Failed(UNREACHED, 0);
  }
  if (answer.ok || answer.status === 304) return answer;
  const told = await answer.json().catch(() => ({}));
  throw new Failed(told.error?.message ?? UNREACHED, answer.status, told.error?.fields);
}

function address(what) {
  const draft = page.dataset.tickets.replace("TICKET", encodeURIComponent(ticketId));
  return draft.replace(/draft$/, what);
}

// Following

/** Shows what is new. A later question makes the answer to this one void; then that one counts. */
async function look() {
  const mine = ++looks;
  newest = ask(mine);
  let asked;
  do await (asked = newest); while (asked !== newest);
}

async function ask(mine) {
  const known = version ? { "If-None-Match": version } : {};
  const answer = await api(address("draft"), { headers: known });
  const html = answer.status === 304 ? null : await answer.text();
  if (mine !== looks) return;
  say("notice", "");
  if (html === null) return;
  version = answer.headers.get("ETag");
  show(html);
}

async function find() {
  const now = await host.context();
  if (now.theme) document.documentElement.dataset.theme = now.theme;
  if (now.ticketId === ticketId) return;
  ticketId = now.ticketId;
  version = null;
}

async function follow() {
  clearTimeout(timer);
  if (over) return;
  if (document.visibilityState === "visible") {
    try {
      if (ticketId === null) await find();
      await look();
      wait = EVERY_MS;
    } catch (failure) {
      if (failure.status === 401) return end(failure.message);
      say("notice", ticketId === null ? NO_TICKET : OFFLINE);
      wait = Math.min(wait * 1.5, SLOWEST_MS);
    }
  }
  clearTimeout(timer);
  timer = setTimeout(follow, wait);
}

function end(sentence) {
  over = true;
  say("notice", `${sentence} Copy first what you typed.`);
}

// Showing

function show(html) {
  const before = remember();
  const { body } = new DOMParser().parseFromString(html, "text/html");
  card.replaceChildren(...body.childNodes);
  const draft = element("draft");
  if (before.draft && before.draft !== draft?.dataset.draft) setAside(before.draft);
  if (draft) restore(draft.dataset.draft);
  refocus(before);
  if (before.shown && before.state !== draft?.dataset.state && !busy) {
    // The heading shows it; this is for those who do not see that it changed.
    tell(`${element("state").textContent}.`, kept.hidden ? "unseen" : "advice");
  }
  const [text, approve, undo, left] = ["text", "approve", "undo", "left"].map(element);
  if (text && approve) nameApproval(text, approve);
  if (undo && left) countDown(undo, left);
}

/** Takes note of what was begun, and where the reader was. */
function remember() {
  const draft = element("draft");
  const focused = isHere() && card.contains(document.activeElement) ? document.activeElement : null;
  if (draft) {
    const own = [...draft.querySelectorAll("textarea, input:not([type=hidden])")].filter(isOwn);
    if (own.length) {
      const fields = own.map((field) => ({ name: field.name, value: field.value, offered: field.dataset.offered }));
      typed.set(draft.dataset.draft, fields);
    } else typed.delete(draft.dataset.draft);
  }
  return {
    shown: card.childElementCount > 1 || Boolean(element("state")),
    draft: draft?.dataset.draft,
    state: draft?.dataset.state,
    isOpen: Boolean(element("rejection")?.open),
    focused: focused?.id || (focused ? "state" : null),
    selection: focused?.tagName === "TEXTAREA" ? [focused.selectionStart, focused.selectionEnd] : null,
  };
}

/** Puts what was begun back where it still fits, and beside the draft where it does not. */
function restore(draft) {
  for (const { name, value, offered } of typed.get(draft) ?? []) {
    const fields = [...card.querySelectorAll(`[name="${name}"]`)];
    if (name === "done") {
      for (const tick of fields) tick.checked ||= tick.value === value;
      continue;
    }
    const field = fields.find((one) => !one.readOnly && one.dataset.offered === offered);
    if (!field) keep(value);
    else {
      field.value = value;
      field.closest("details")?.setAttribute("open", "");
    }
  }
}

function setAside(draft) {
  for (const { name, value } of typed.get(draft) ?? []) if (name !== "done") keep(value);
  typed.delete(draft);
}

function keep(words) {
  const box = element("kept-text");
  if (box.value.includes(words)) return;
  box.value = box.value ? `${box.value}\n\n${words}` : words;
  kept.hidden = false;
}

function refocus({ focused, selection, isOpen }) {
  if (isOpen) element("rejection")?.setAttribute("open", "");
  if (!focused) return;
  const target = element(focused) ?? element("state");
  target?.focus({ preventScroll: true });
  if (selection && target?.tagName === "TEXTAREA") target.setSelectionRange(...selection);
}

// Doing

async function act(form, submitter) {
  if (busy) return;
  busy = true;
  say("problem", "");
  say("news", "");
  try {
    const url = submitter?.getAttribute("formaction") ?? form.getAttribute("action");
    const body = new FormData(form, submitter);
    const said = submitter?.id === "insert" ? await insert(url, body) : (await post(url, body)).said;
    if (body.get("verdict") !== "respond") form.reset();
    await look().catch(() => say("notice", OFFLINE));
    tell(said, "flash");
    if (isHere()) {
      element("state")?.focus({ preventScroll: true });
      // What happened and the way back stand at the top; the button that did it, far below.
      element("news").scrollIntoView({ block: "nearest" });
    }
    host.changed();
  } catch (failure) {
    await refuse(failure);
  } finally {
    busy = false;
    follow();
  }
}

async function post(url, body) {
  return (await api(url, { method: "POST", body })).json();
}

/** First ours, then the helpdesk's: what it refuses is released again. */
async function insert(url, body) {
  const now = await host.context().catch(() => { throw new Failed(NO_INSERTION); });
  if (now.ticketId !== ticketId) throw new Failed(NOT_INSERTED.other_ticket);
  if (!now.composer.public) throw new Failed(NOT_INSERTED.internal_note);
  const { text, said } = await post(url, body);
  try {
    await host.insert(ticketId, text);
  } catch (refusal) {
    await post(url.replace(/insert$/, "release"), body).catch(() => {});
    throw new Failed(NOT_INSERTED[refusal.code] ?? NO_INSERTION);
  }
  return said;
}

/** Says why, where the reader looks first; what they typed stays. */
async function refuse(failure) {
  if (failure.status === 401) return end(failure.message);
  await look().catch(() => say("notice", OFFLINE));
  say("problem", kept.hidden ? failure.message : `${failure.message} ${SET_ASIDE}`);
  for (const name of Object.keys(failure.fields ?? {})) {
    for (const field of card.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", "problem");
    }
  }
  if (isHere()) element("problem").focus();
}

function press(target) {
  if (target.tagName === "TEXTAREA") target.focus();
  else if (target.tagName === "SUMMARY") {
    target.parentElement.open = true;
    element("reason").focus();
  } else target.click();
}

/** How a key is named in `data-key`; null for what means nothing here. */
function named(event) {
  if (event.repeat || event.isComposing) return null;
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) return `control+${key}`;
  // With Alt some keyboards write another letter.
  if (event.altKey) return `alt+${event.code.replace("Key", "").toLowerCase()}`;
  return event.target.closest?.("textarea, select, input:not([type=checkbox])") ? null : key;
}

card.addEventListener("submit", (event) => {
  event.preventDefault();
  act(event.target, event.submitter);
});
// No bare letter approves or inserts: words meant for the composer may be typed here by mistake.
document.addEventListener("keydown", (event) => {
  const keys = named(event);
  const target = keys && card.querySelector(`[data-key="${CSS.escape(keys)}"]`);
  if (!target) return;
  event.preventDefault();
  press(target);
});
element("kept-away").addEventListener("click", () => {
  element("kept-text").value = "";
  kept.hidden = true;
  element("state")?.focus();
});
document.addEventListener("visibilitychange", follow);
window.addEventListener("online", follow);

host.onSave(async ({ ticketId: ticket, public: isPublic, text }) => {
  if (!isPublic) return;
  ticketId ??= ticket;
  if (ticket !== ticketId) throw new Error(NOT_INSERTED.other_ticket);
  const body = JSON.stringify({ public: isPublic, text });
  const headers = { "Content-Type": "application/json" };
  try {
    await api(address("save"), { method: "POST", body, headers });
  } catch (failure) {
    throw new Error(failure.status ? failure.message : UNSURE);
  }
});
host.onNews(() => find().then(follow, follow));
new ResizeObserver(() => host.resize(document.body.offsetHeight)).observe(document.body);
follow();
