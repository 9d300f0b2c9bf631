// Sends a page's forms without leaving it, and follows what the page shows. Without this script the
// forms still work.
import { adopt, follow, hurry } from "./follow.js";

const PATIENCE_MS = 15_000;
const OUT_OF_REACH =
  "The helpdesk did not answer, and your text is still here. " +
  "Look whether it arrived before you send it again.";

const composer = document.getElementById("composer");
const heard = document.getElementById("heard");
const talk = document.getElementById("talk");
let atEnd = true;
let settings = { objection: async () => "", shown: () => {} };

export const isPublic = () => composer?.elements.visibility.value === "public";

/** Keeps the newest message in sight, unless somebody reads further up. */
function stayAtEnd() {
  if (atEnd) talk.scrollTop = talk.scrollHeight;
}

/** Shows what a newer copy of this page says, and tells those who listen. */
function show(fresh) {
  const news = adopt(fresh);
  if (news.added.length > 0) {
    heard.textContent = news.added.map((item) => item.dataset.heard).join(". ");
    stayAtEnd();
  }
  // What was refused was refused to somebody else.
  if (news.agent && composer) say(composer, "");
  settings.shown(news);
}

function say(form, sentence) {
  document.getElementById(form.dataset.inplace).textContent = sentence;
}

/** Sends a form. Resolves to whether it was taken; what was typed stays where it was not. */
async function send(form, button, body) {
  const answer = await fetch(button?.getAttribute("formaction") ?? form.getAttribute("action"), {
    method: "POST",
    body,
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const refused = fresh.getElementById(form.dataset.inplace)?.textContent;
  if (!answer.ok) {
    say(form, refused || `That was not sent: the helpdesk answered ${answer.status}.`);
    return false;
  }
  // What was sent is gone before the page is compared, so that choices follow the new state.
  if (!button?.hasAttribute("formaction")) clear(form);
  show(fresh);
  return true;
}

function clear(form) {
  for (const field of form.querySelectorAll("textarea, input:not([type=hidden], [type=radio])")) {
    field.value = "";
  }
  for (const choice of form.querySelectorAll("select[data-live=choice]")) {
    choice.value = choice.querySelector("[selected]").value;
  }
}

/** Why this must not be sent now; nothing if it may. */
async function objection(form, button, body) {
  if (form !== composer || button?.hasAttribute("formaction")) return "";
  if (!body.get("text").trim()) return "That was not sent: the text is empty.";
  if (body.get("visibility") !== "public") return "";
  return settings.objection(body.get("text"));
}

async function submit(form, button) {
  const fields = form.querySelectorAll("textarea");
  const body = new URLSearchParams(new FormData(form, button));
  form.ariaBusy = "true";
  // What was looked at is what goes out.
  for (const field of fields) field.readOnly = true;
  say(form, "");
  try {
    const sentence = await objection(form, button, body);
    if (sentence) say(form, sentence);
    else if (await send(form, button, body)) hurry();
  } catch {
    say(form, OUT_OF_REACH);
  } finally {
    for (const field of fields) field.readOnly = false;
    form.ariaBusy = null;
  }
  if (document.getElementById(form.dataset.inplace).textContent) fields[0]?.focus();
}

/**
 * Takes the page's forms and follows the page from now on.
 * @param {{objection?: (text: string) => Promise<string>, shown?: (news: object) => void}} given
 *   why a public reply must not go out, and who wants to know of each newer copy
 */
export function begin(given = {}) {
  settings = { ...settings, ...given };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.inplace) return;
    event.preventDefault();
    if (!form.ariaBusy) submit(form, event.submitter);
  });
  if (talk) {
    talk.addEventListener("scroll", () => {
      atEnd = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 80;
    });
    // The composer below takes room when it has something to say.
    new ResizeObserver(stayAtEnd).observe(talk);
  }
  follow(show);
}
