// The one door to the helpdesk's page around us. Whichever helpdesk it is, the sidebar sees
//   context()             -> {ticketId, composer: {public, locked, empty}, closed, theme}
//   insert(ticketId, text)   puts text where the agent writes; throws a Refused with a code
//   focusComposer(ticketId)  lets the agent write at once; false where the helpdesk has no way to
//   onSave(ask)              `ask({ticketId, public, text})` throws to stop an agent's reply
//   onNews(hear)             the ticket changed
//   onShown(hear)            our page came into sight (true), or went out of it behind another ticket
//   changed()                we changed something on the ticket
//   resize(height)           in pixels
//   reveal()                 brings the top of our page into sight
//   setting(name)            what the helpdesk's admin has set for the app
// Which one it is stands in our own page, never in a query string.
import { sandbox } from "./host_sandbox.js";
import { zendesk } from "./host_zendesk.js";
import { Refused, within } from "./waiting.js";

// How long Zendesk waits is not known, and while a handler hangs its library swallows every further
// save. The sandbox waits for five seconds.
const SAVE_WITHIN_MS = 3000;
const NO_ANSWER = "Bookbag could not tell in time whether this reply may go out. Try again.";

export function openHost({ host, hostOrigin }) {
  const door = (host === "zendesk" ? zendesk() : sandbox(hostOrigin)) ?? nowhere();
  return { ...door, onSave: (ask) => door.onSave((question) => decide(ask, question)) };
}

/**
 * Rejects with a sentence where a reply may not go out, or nobody can tell in time. Only a rejection
 * stops it: a promise that resolves, to whatever, lets it out.
 */
function decide(ask, question) {
  const asked = Promise.resolve(question).then(ask);
  return within(SAVE_WITHIN_MS, asked, new Error(NO_ANSWER)).catch((refusal) =>
    Promise.reject(new Error((!(refusal instanceof Refused) && refusal?.message) || NO_ANSWER)),
  );
}

/** There is no helpdesk around us, or its own script did not load. */
function nowhere() {
  const refuse = () => Promise.reject(new Refused("no_host"));
  const nothing = () => {};
  return {
    context: refuse,
    insert: refuse,
    setting: refuse,
    focusComposer: () => false,
    onSave: nothing,
    onNews: nothing,
    onShown: nothing,
    changed: nothing,
    resize: nothing,
    reveal: nothing,
  };
}
