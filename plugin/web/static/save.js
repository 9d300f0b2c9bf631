// Whether an agent's reply may leave the helpdesk's composer.
import { address, api } from "./api.js";
import { judged } from "./gate.js";

// Below what the hook is given, so that it can say why.
const PATIENCE_MS = 2500;
const UNSURE = "Bookbag could not be reached, so it is not known whether this reply may go out. Try again.";

/** Throws with a sentence to stop it. */
export async function mayLeave({ ticketId, public: isPublic, text }) {
  if (!isPublic || !text.trim()) return;
  const known = await judged(ticketId, text);
  if (known?.stops) throw new Error(known.stops);
  if (!known) await ask(ticketId, text);
}

async function ask(ticketId, text) {
  const body = JSON.stringify({ public: true, text });
  const headers = { "Content-Type": "application/json" };
  try {
    await api(address("save", ticketId), { method: "POST", body, headers, patience: PATIENCE_MS });
  } catch (failure) {
    throw new Error(failure.status && failure.isSure ? failure.message : UNSURE);
  }
}
