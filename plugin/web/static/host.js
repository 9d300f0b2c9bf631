// The one door to the helpdesk's page around us. Whichever helpdesk it is, the sidebar sees
//   context()             -> {ticketId, composer: {public, locked}, closed, theme}
//   insert(ticketId, text)   puts text where the agent writes; throws a Refused with a code
//   focusComposer(ticketId)  lets the agent write at once; false where the helpdesk has no way to
//   onSave(ask)              `ask({ticketId, public, text})` throws to stop an agent's reply
//   onNews(hear)             the ticket changed
//   changed()                we changed something on the ticket
//   resize(height)           in pixels
//   reveal()                 brings the top of our page into sight
// Which one it is stands in our own page, never in a query string.

const ANSWER_WITHIN_MS = 5000;
// Below the sandbox's five seconds. How long Zendesk waits is not known, and while a handler hangs
// its library swallows every further save.
const SAVE_WITHIN_MS = 4000;
const NO_ANSWER = "Bookbag could not tell in time whether this reply may go out. Try again.";

/** The helpdesk did not do it. `code` is other_ticket, internal_note, locked, or no_answer. */
export class Refused extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

export function openHost({ host, hostOrigin }) {
  return host === "zendesk" ? zendesk() : sandbox(hostOrigin);
}

/** Fails closed: no answer in time is a no. */
function inTime(answer) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(NO_ANSWER)), SAVE_WITHIN_MS);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** The sandbox's protocol: structured messages, each to one origin, each from one window. */
function sandbox(origin) {
  const waiting = new Map();
  let asked = 0;
  let save = async () => {};
  let hear = () => {};

  function post(message) {
    window.parent.postMessage({ sandbox: 1, ...message }, origin);
  }

  function ask(name, args = {}) {
    const id = ++asked;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(id);
        reject(new Refused("no_answer"));
      }, ANSWER_WITHIN_MS);
      waiting.set(id, { resolve, reject, timer });
      post({ id, ask: name, ...args });
    });
  }

  function answered({ re, ok, value, error }) {
    const question = waiting.get(re);
    if (!question) return;
    waiting.delete(re);
    clearTimeout(question.timer);
    if (ok) question.resolve(value);
    else question.reject(new Refused(String(error)));
  }

  async function saving({ id, ticket_id: ticketId, public: isPublic, text }) {
    try {
      await inTime(save({ ticketId: String(ticketId), public: Boolean(isPublic), text: String(text) }));
      post({ re: id, ok: true });
    } catch (refusal) {
      post({ re: id, ok: false, error: refusal.message || NO_ANSWER });
    }
  }

  window.addEventListener("message", ({ origin: from, source, data }) => {
    if (from !== origin || source !== window.parent) return;
    if (typeof data !== "object" || data === null || data.sandbox !== 1) return;
    if ("re" in data) answered(data);
    else if (data.ask === "save") saving(data);
    else if (data.news === "ticket") hear();
  });

  return {
    async context() {
      const { ticket_id: ticketId, composer, closed, theme } = await ask("context");
      return { ticketId: String(ticketId), composer, closed: Boolean(closed), theme };
    },
    insert: (ticketId, text) => ask("insert", { ticket_id: ticketId, text }),
    focusComposer(ticketId) {
      post({ id: ++asked, ask: "focus", ticket_id: ticketId });
      return true;
    },
    onSave: (handler) => { save = handler; },
    onNews: (handler) => { hear = handler; },
    changed: () => post({ id: ++asked, ask: "changed" }),
    resize: (height) => post({ id: ++asked, ask: "resize", height }),
    reveal: () => post({ id: ++asked, ask: "reveal" }),
  };
}

/** Zendesk's own library, https://developer.zendesk.com/api-reference/apps/apps-core-api/client_api/. */
function zendesk() {
  const client = globalThis.ZAFClient?.init();
  if (!client) throw new Refused("no_answer");

  async function context() {
    const found = await client.get(["ticket.id", "ticket.status", "comment.type"]);
    const isPublic = found["comment.type"] !== "internalNote";
    return {
      ticketId: String(found["ticket.id"]),
      composer: { public: isPublic, locked: false },
      closed: found["ticket.status"] === "closed",
      theme: null,
    };
  }

  return {
    context,
    async insert(ticketId, text) {
      const now = await context();
      if (now.ticketId !== ticketId) throw new Refused("other_ticket");
      if (now.closed) throw new Refused("locked");
      if (!now.composer.public) throw new Refused("internal_note");
      const { "comment.text": written } = await client.get(["comment.text"]);
      const apart = asText(String(written ?? "")) ? "<br><br>" : "";
      await client.invoke("ticket.editor.insert", apart + asHtml(text));
    },
    onSave(handler) {
      // Only a throw stops a reply: a promise that resolves to false or to a sentence lets it out.
      client.on("ticket.save", () => inTime((async () => {
        const now = await client.get(["ticket.id", "comment.type", "comment.text"]);
        await handler({
          ticketId: String(now["ticket.id"]),
          public: now["comment.type"] !== "internalNote",
          text: asText(String(now["comment.text"] ?? "")),
        });
      })()));
    },
    onNews(handler) {
      for (const name of ["ticket.conversation.changed", "ticket.tags.changed", "ticket.status.changed", "app.activated"]) {
        client.on(name, () => { handler(); });
      }
    },
    focusComposer: () => false, // https://developer.zendesk.com/api-reference/apps/ has no call for it.
    changed() {}, // Zendesk follows its own tickets.
    reveal() {}, // It gives our frame a height, and our page scrolls in it.
    resize: (height) => { client.invoke("resize", { height: `${height}px` }); },
  };
}

/** What an editor's HTML says; an empty editor holds an empty paragraph. */
function asText(html) {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  return body.textContent.trim() || (body.querySelector("img") ? "(a picture)" : "");
}

/** The editor takes HTML: the text as it is, line by line. */
function asHtml(text) {
  const box = document.createElement("div");
  text.split("\n").forEach((line, number) => {
    if (number) box.append(document.createElement("br"));
    box.append(line);
  });
  return box.innerHTML;
}
