// What a save on the shown ticket will need, known beforehand, so that most replies leave or are
// stopped without a question to the server. It comes with each look at the ticket, and counts
//   for the ticket it was told of,
//   for so long, from when it was asked for,
//   and until anything happens: the helpdesk says that the ticket changed, the agent does something
//   here, a look fails, the session ends. Whoever looks then begins anew; a look from before is void.
// Where it does not count, nothing is known: the server is asked, and without its answer nothing leaves.
import { plain } from "./composer_text.js";

// Two looks and a slow answer.
const COUNTS_MS = 4000;

let known = null;
let happenings = 0;

/** To be called before a look. */
export const asking = () => ({ happenings, since: performance.now(), day: Date.now() });

/** What a look has found: the data of the card's `#gate`. */
export function learn(asked, ticketId, { leave, why, digest }) {
  if (asked.happenings === happenings) known = { ...asked, ticketId, leave, why, digest };
}

/** Something happens. */
export function forget() {
  happenings++;
  known = null;
}

/** {stops: a sentence}, {stops: null} where it may leave, or null: nothing is known. */
export async function judged(ticketId, text) {
  const now = known;
  if (!counts(now, ticketId)) return null;
  if (now.leave === "free") return { stops: null };
  if (now.leave === "held" && now.why) return { stops: now.why };
  if (now.leave !== "approved") return null;
  const same = (await digest(text)) === now.digest;
  return same && known === now && counts(now, ticketId) ? { stops: null } : null;
}

/** By both clocks: one may stand still while the machine sleeps, the other may be set. */
function counts(now, ticketId) {
  if (now?.ticketId !== ticketId) return false;
  const age = Math.max(performance.now() - now.since, Math.abs(Date.now() - now.day));
  return age < COUNTS_MS;
}

/** As `review.composed.digest_of` makes it; null where the browser cannot. */
async function digest(text) {
  if (!crypto.subtle) return null;
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(plain(text)));
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
