// Draft review mode: puts the draft into an empty composer by itself, where the agent wants it so. The
// server lets it happen once a draft. It never writes into an internal note, nor over anything.
import { insertUnasked } from "./act.js";
import { host, page, where } from "./frame.js";
import { element, now } from "./page.js";

const SETTING = "insert_drafts"; // in the helpdesk, by its admin: what holds for whoever has not chosen
const KEY = `bookbag ${page.dataset.whose} inserts`;
const SWITCH = element("inserts");

let isOn = false;
let offered = null; // the draft that was offered last, and its revision

/** What the agent chose on this computer, else what their admin has set. */
async function chosen() {
  const mine = kept();
  if (mine !== null) return mine === "yes";
  return ["true", true].includes(await host.setting(SETTING).catch(() => false));
}

/** A browser may keep nothing for a frame of another site. */
function kept() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function choose() {
  isOn = SWITCH.checked;
  try {
    localStorage.setItem(KEY, isOn ? "yes" : "no");
  } catch {
    // It holds until this page is left.
  }
  offered = null;
  offer();
}

/** To be called whenever the draft or the composer may be another. */
export async function offer() {
  const button = element("insert");
  if (!isOn || !button || !("unasked" in button.dataset) || isBusy() || hasBegun()) return;
  const { ticketId, composer, closed } = await where().catch(() => ({}));
  if (ticketId !== now.ticketId || closed || !composer.public || composer.locked || !composer.empty) return;
  const { draft, rev } = element("draft")?.dataset ?? {};
  if (offered === `${draft} ${rev}` || !button.isConnected || isBusy()) return;
  offered = `${draft} ${rev}`;
  await insertUnasked(button);
}

/** A verdict is under way, or the draft has only just come. */
const isBusy = () => now.busy || performance.now() < now.freshUntil;

/** Whoever changes the draft here has other plans for it. */
function hasBegun() {
  const text = element("text");
  return text !== null && text.value.trim() !== text.dataset.offered.trim();
}

if (SWITCH) {
  SWITCH.addEventListener("change", choose);
  chosen().then((wanted) => {
    isOn = SWITCH.checked = wanted;
    offer();
  });
}
