// The host's side of the talk with the app in the frame: context, insert, focus, resize, reveal,
// changed, save.
// Each message is {sandbox: 1, ...} and has a number that its answer repeats.
import { renew } from "./shared/follow.js";

const ANSWER_MS = 5000;
// A page that has a script has asked before its load event is over; this is to spare.
const GRACE_MS = 500;
const HEIGHTS = { least: 120, most: 4000 };
const SILENT = "Bookbag did not answer; try again.";

const dark = matchMedia("(prefers-color-scheme: dark)");
const NOBODY = { open() {}, tell() {}, maySend: async () => "" };

/**
 * Opens the app beside a ticket.
 * @param desk ticketId; composer() -> {public, text}; closed() -> whether the ticket takes no more
 *   messages; locked() -> whether nothing can be inserted now; insert(text); focus();
 *   hurry() fetches what is new soon
 * @returns {{open: Function, tell: Function, maySend: Function}} open it (again), tell it that the
 *   ticket is another, and ask whether a public reply may go: why not, or nothing
 */
export function openHost(desk) {
  const opening = document.getElementById("opening");
  if (!opening) return NOBODY;
  const origin = new URL(opening.action).origin;
  const problem = document.getElementById("app-problem");
  let frame = document.getElementById("sidebar");
  let connected = () => {};
  let isConnected = false;
  let settled = Promise.resolve();
  let asked = 0;
  const waiting = new Map();

  const answers = {
    context() {
      isConnected = true;
      connected();
      problem.hidden = true;
      frame.hidden = false;
      return {
        value: {
          ticket_id: desk.ticketId,
          composer: { ...desk.composer(), locked: desk.locked() },
          closed: desk.closed(),
          theme: dark.matches ? "dark" : "light",
        },
      };
    },
    insert({ ticket_id, text }) {
      if (ticket_id !== desk.ticketId) return { error: "other_ticket" };
      if (typeof text !== "string") return { error: "bad_request" };
      if (desk.locked()) return { error: "locked" };
      if (!desk.composer().public) return { error: "internal_note" };
      desk.insert(text);
      return { value: {} };
    },
    focus({ ticket_id }) {
      if (ticket_id !== desk.ticketId) return { error: "other_ticket" };
      if (desk.locked()) return { error: "locked" };
      desk.focus();
      return { value: {} };
    },
    reveal() {
      const { top } = frame.getBoundingClientRect();
      if (top < 0 || top > innerHeight / 2) frame.scrollIntoView();
      return { value: {} };
    },
    resize({ height }) {
      if (!Number.isFinite(height)) return { error: "bad_request" };
      const kept = Math.min(Math.max(height, HEIGHTS.least), HEIGHTS.most);
      frame.style.height = `${Math.ceil(kept)}px`;
      return { value: {} };
    },
    changed() {
      desk.hurry();
      return { value: {} };
    },
  };

  function post(message) {
    frame.contentWindow.postMessage({ sandbox: 1, ...message }, origin);
  }

  function hear(event) {
    const said = event.data;
    if (event.origin !== origin || event.source !== frame.contentWindow) return;
    if (typeof said !== "object" || said === null || said.sandbox !== 1) return;
    if (Number.isFinite(said.id) && typeof said.ask === "string") {
      const known = Object.hasOwn(answers, said.ask);
      const answer = known ? answers[said.ask](said) : { error: "unknown" };
      post({ re: said.id, ok: !("error" in answer), ...answer });
    } else {
      waiting.get(said.re)?.(said);
    }
  }

  /** The app's answer to a question; null if none comes in time. */
  function ask(question) {
    const id = (asked += 1);
    return new Promise((resolve) => {
      waiting.set(id, resolve);
      setTimeout(resolve, ANSWER_MS, null);
      post({ id, ...question });
    }).finally(() => waiting.delete(id));
  }

  async function maySend(text) {
    await settled;
    // As in a helpdesk whose app could not be loaded: what left without it is found afterwards.
    if (!isConnected) return "";
    const said = await ask({ ask: "save", ticket_id: desk.ticketId, public: true, text });
    if (said === null) return SILENT;
    if (said.ok === true) return "";
    return (typeof said.error === "string" && said.error.trim()) || "Bookbag stopped this reply.";
  }

  function giveUp() {
    if (isConnected) return;
    document.getElementById("app-words").textContent = "Bookbag is not connected.";
    problem.hidden = false;
    // What the browser shows in its place tells nobody anything.
    frame.hidden = true;
  }

  /** A new frame each time: loading another page into the old one would be a step "back". */
  function open() {
    const fresh = frame.cloneNode();
    fresh.removeAttribute("style");
    fresh.hidden = false;
    frame.replaceWith(fresh);
    frame = fresh;
    isConnected = false;
    problem.hidden = true;
    settled = new Promise((resolve) => {
      connected = resolve;
      fresh.addEventListener("load", () => setTimeout(resolve, GRACE_MS));
      setTimeout(resolve, ANSWER_MS);
    });
    settled.then(() => fresh === frame && giveUp());
    document.getElementById("opening").submit();
  }

  async function openAgain() {
    // The token in the page has run out.
    try {
      await renew();
    } finally {
      open();
    }
  }

  addEventListener("message", hear);
  document.getElementById("app-again").addEventListener("click", () => openAgain().catch(() => {}));
  return {
    open,
    tell: () => isConnected && post({ news: "ticket" }),
    maySend,
  };
}
