// Follows the ticket beside the sidebar, calmly where the server is out of reach.
import { address, api } from "./api.js";
import { show } from "./card.js";
import { where } from "./frame.js";
import { asking, forget, learn } from "./gate.js";
import { element, now, say } from "./page.js";
import { Refused } from "./waiting.js";

const OFFLINE = "Connection lost. What you see may be old; Bookbag keeps trying.";
const NO_NET = "You are offline. What you see may be old; Bookbag goes on when you are back.";
const FAULT = "Bookbag has a fault right now. What you see may be old; it keeps trying.";
const SLOW = "Bookbag is slow to answer right now. What you see may be old; wait a moment.";
const NO_HOST =
  "Bookbag cannot tell which ticket this is, and stops no reply here: it was not opened beside a ticket, or your helpdesk\u2019s script did not load. Reload the ticket; if that does not help, tell your admin.";
const NO_TICKET = "Your helpdesk\u2019s page does not say which ticket this is. Bookbag keeps asking; reload the ticket if this stays.";
const EVERY_MS = 1500;
const SLOWEST_MS = 30_000;
const SLOW_MS = 3000;

let version = null;
let looks = 0;
let newest;
let wait = EVERY_MS;
let timer;
let over = false;
let shown = true;
let looked = () => {};

/** `hear` is called after each look. */
export const afterLook = (hear) => { looked = hear; };

/** Shows what is new. A later question makes the answer to this one void; then that one counts. */
export async function look() {
  const mine = ++looks;
  newest = ask(mine);
  let asked;
  do await (asked = newest); while (asked !== newest);
}

async function ask(mine) {
  const ticketId = now.ticketId;
  const asked = asking();
  const known = version ? { "If-None-Match": version } : {};
  const slow = setTimeout(say, SLOW_MS, "notice", SLOW);
  let answer;
  let html = null;
  try {
    answer = await api(address("draft"), { headers: known });
    if (answer.status !== 304) html = await answer.text();
  } catch (failure) {
    forget();
    throw failure;
  } finally {
    clearTimeout(slow);
  }
  if (mine !== looks) return;
  say("notice", "");
  if (html !== null) {
    version = answer.headers.get("ETag");
    show(html);
  }
  learn(asked, ticketId, element("gate").dataset);
}

/** Learns which ticket is open now. */
export async function find() {
  const { ticketId } = await where();
  if (ticketId === now.ticketId) return;
  forget();
  now.ticketId = ticketId;
  version = null;
}

export async function follow() {
  clearTimeout(timer);
  if (over) return;
  if (document.visibilityState === "visible") {
    try {
      if (now.ticketId === null) await find();
      await look();
      wait = shown ? EVERY_MS : SLOWEST_MS;
      looked();
    } catch (failure) {
      if (failure.status === 401) return end(failure.message);
      say("notice", trouble(failure));
      element("looking")?.remove();
      wait = Math.min(wait * 1.5, SLOWEST_MS);
    }
  }
  clearTimeout(timer);
  timer = setTimeout(follow, wait);
}

/** In sight or not. An agent has many tickets open, and each has a sidebar. */
export function comes(isShown) {
  shown = isShown;
  if (shown) find().then(follow, follow);
}

/** The reader is here after all, whatever the helpdesk says. */
export const wake = () => { if (!shown) comes(true); };

/** What is the matter, in words that the reader can act on. */
export function trouble(failure) {
  if (failure instanceof Refused) return failure.code === "no_host" ? NO_HOST : NO_TICKET;
  if (!navigator.onLine) return NO_NET;
  if (failure.status >= 500) return FAULT;
  return failure.status ? failure.message : OFFLINE;
}

/** The session is over: nothing changes any more, so that nothing typed is lost. */
export function end(sentence) {
  over = true;
  forget();
  say("notice", `${sentence} Copy first what you typed.`);
}
