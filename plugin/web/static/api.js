// The one way to our server. What goes wrong is told as JSON.
import { page } from "./frame.js";
import { now } from "./page.js";

const PATIENCE_MS = 10_000;
const OFFLINE = "You are offline, so nothing was done. Try again.";
const NO_ANSWER = "No answer came. Look below at what holds now.";

/** An answer that is no success. `status` is 0 where none came; `isSure`: nothing was done. */
export class Failed extends Error {
  constructor(message, { status = 0, fields = {}, isSure = true } = {}) {
    super(message);
    this.status = status;
    this.fields = fields;
    this.isSure = isSure;
  }
}

export async function api(url, { method = "GET", body, headers = {}, patience = PATIENCE_MS } = {}) {
  if (!navigator.onLine) throw new Failed(OFFLINE);
  const proof = page.dataset.session ? { Authorization: `Bearer ${page.dataset.session}` } : {};
  const options = { method, body, headers: { Accept: "application/json", ...proof, ...headers } };
  let answer;
  try {
    answer = await fetch(url, { ...options, signal: AbortSignal.timeout(patience) });
  } catch {
    // It may have arrived all the same: a browser does not tell.
    throw new Failed(NO_ANSWER, { isSure: false });
  }
  if (answer.ok || answer.status === 304) return answer;
  const { error } = await answer.json().catch(() => ({}));
  if (!error) throw new Failed(NO_ANSWER, { status: answer.status, isSure: false });
  throw new Failed(error.message, { status: answer.status, fields: error.fields });
}

export async function post(url, body) {
  return (await api(url, { method: "POST", body })).json();
}

/** Where something of a ticket is asked: of the one that is shown, if none is named. */
export function address(what, ticketId = now.ticketId) {
  const draft = page.dataset.tickets.replace("TICKET", encodeURIComponent(ticketId));
  return draft.replace(/draft$/, what);
}
