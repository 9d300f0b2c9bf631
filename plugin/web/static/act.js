// Sends what an agent does about the draft, and says what came of it where they look first.
import { Failed, post } from "./api.js";
import { begin, end as endBusy } from "./busy.js";
import { forgetRefusal, refuseField, WROTE_AGAIN } from "./card.js";
import { end, follow, look, trouble } from "./follow.js";
import { host, where } from "./frame.js";
import { forget } from "./gate.js";
import { element, isHere, now, say, standing, tell, toHeading, toTop, withKept } from "./page.js";
import { tell as tellSeen } from "./seen.js";
import { Refused } from "./waiting.js";

const NOT_INSERTED = {
  locked: "Your composer takes no text right now. Nothing was inserted; try again.",
  closed: "This ticket is closed, so nothing can be sent from it. Nothing was inserted.",
  internal_note: "Your composer is set to an internal note. Set it to a public reply, then insert again.",
  unknown: "Your helpdesk did not say whether it took the text. Look into your composer before you insert it again.",
  other_ticket: "Another ticket is open now. Nothing was inserted.",
};
const NO_INSERTION = "The helpdesk did not take the text. Nothing was inserted; try again.";
const BLOCKED_TAB = "Your browser keeps the new tab closed. Allow pop-ups for Bookbag, then try again.";
// After these the reader's own words are still wanted: to be changed, or to be sent by themself.
const KEEP_WORDS = new Set(["insert", "respond", "step-back", "release"]);

export async function act(form, submitter) {
  if (now.busy || performance.now() < now.freshUntil) return;
  const what = submitter?.id;
  const url = submitter?.getAttribute("formaction") ?? form.getAttribute("action");
  tellSeen(form);
  const body = new FormData(form, submitter);
  const { draft } = element("draft").dataset;
  now.unsure = false;
  say("problem", "");
  say("news", "");
  forgetRefusal();
  forget();
  begin(submitter);
  try {
    const said = what === "insert" ? await insert(url, body) : (await post(url, body)).said;
    if (!KEEP_WORDS.has(what)) form.reset();
    await look().catch((lost) => say("notice", trouble(lost)));
    endBusy();
    const isSame = element("draft")?.dataset.draft === draft;
    tell(isSame ? said : `${said} ${WROTE_AGAIN}`, "flash");
    if (what === "respond" && isHere() && host.focusComposer(now.ticketId)) window.scrollTo(0, 0);
    else toHeading();
    host.changed();
  } catch (failure) {
    await refuse(failure);
  } finally {
    endBusy();
    follow();
  }
}

/** Puts the draft into the composer by itself. Where that cannot be, the button is there all the same. */
export async function insertUnasked(button) {
  const body = new FormData(button.form, button);
  body.set("unasked", "yes");
  forget();
  begin(button);
  try {
    const said = await insert(button.getAttribute("formaction"), body, isStillEmpty);
    await look().catch((lost) => say("notice", trouble(lost)));
    endBusy();
    tell(said, "flash");
    host.changed();
  } catch (failure) {
    if (failure.status === 401) end(failure.message);
  } finally {
    endBusy();
    follow();
  }
}

/** The agent may have begun to write since. */
async function isStillEmpty() {
  const { composer } = await host.context();
  if (!composer.empty) throw new Refused("written");
}

/** First ours, then the helpdesk's: what it refuses is released again. */
async function insert(url, body, before = () => {}) {
  const { ticketId, composer, closed } = await where().catch(() => { throw new Failed(NO_INSERTION); });
  if (ticketId !== now.ticketId) throw new Failed(NOT_INSERTED.other_ticket);
  if (closed) throw new Failed(NOT_INSERTED.closed);
  if (composer.locked) throw new Failed(NOT_INSERTED.locked);
  if (!composer.public) throw new Failed(NOT_INSERTED.internal_note);
  const { text, said } = await post(url, body);
  try {
    await before();
    await host.insert(now.ticketId, text);
  } catch (refusal) {
    await post(url.replace(/insert$/, "release"), body).catch(() => {});
    throw new Failed(NOT_INSERTED[refusal.code] ?? NO_INSERTION);
  }
  return said;
}

/** Says why, where the reader looks first; what they typed stays. */
async function refuse(failure) {
  if (failure.status === 401) return end(failure.message);
  const before = standing();
  await look().catch((lost) => say("notice", trouble(lost)));
  endBusy();
  if (!failure.isSure && standing() !== before) {
    tell(`${element("state").textContent}.`, "flash");
    return toHeading();
  }
  const fields = Object.entries(failure.fields ?? {}).map(([name, why]) => refuseField(name, why));
  const wrong = fields.find(Boolean);
  if (wrong) return wrong.focus();
  now.unsure = !failure.isSure;
  say("problem", withKept(failure.message));
  toTop();
  if (isHere()) element("problem").focus({ preventScroll: true });
}

/** Opens the review page in a tab that is signed in as the same person. */
export async function openReview(link) {
  // At once, or the browser takes it for a pop-up that nobody asked for.
  const tab = window.open("", "_blank");
  if (!tab) return say("problem", BLOCKED_TAB);
  tab.opener = null;
  try {
    const { url } = await post(link.dataset.handOver);
    tab.location.replace(new URL(url, location.href).href);
  } catch (failure) {
    tab.close();
    say("problem", failure.message);
    toTop();
  }
}
