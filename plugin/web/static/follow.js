// Follows the ticket beside the sidebar, calmly where the server is out of reach.
import { address, api } from "./api.js";
import { show } from "./card.js";
import { where } from "./frame.js";
import { now, say } from "./page.js";

export const OFFLINE = "Connection lost. What you see may be old; Bookbag keeps trying.";
const NO_TICKET = "Open Bookbag beside a ticket in your helpdesk.";
const EVERY_MS = 1500;
const SLOWEST_MS = 30_000;

let version = null;
let looks = 0;
let newest;
let wait = EVERY_MS;
let timer;
let over = false;

/** Shows what is new. A later question makes the answer to this one void; then that one counts. */
export async function look() {
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

/** Learns which ticket is open now. */
export async function find() {
  const { ticketId } = await where();
  if (ticketId === now.ticketId) return;
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
      wait = EVERY_MS;
    } catch (failure) {
      if (failure.status === 401) return end(failure.message);
      say("notice", now.ticketId === null ? NO_TICKET : OFFLINE);
      wait = Math.min(wait * 1.5, SLOWEST_MS);
    }
  }
  clearTimeout(timer);
  timer = setTimeout(follow, wait);
}

/** The session is over: nothing changes any more, so that nothing typed is lost. */
export function end(sentence) {
  over = true;
  say("notice", `${sentence} Copy first what you typed.`);
}
