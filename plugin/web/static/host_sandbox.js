// The sandbox's protocol: structured messages, each to one origin, each from one window.
import { Refused, within } from "./waiting.js";

const ANSWER_WITHIN_MS = 5000;

export function sandbox(origin) {
  const waiting = new Map();
  let asked = 0;
  let save = async () => {};
  let hear = () => {};

  function post(message) {
    window.parent.postMessage({ sandbox: 1, ...message }, origin);
  }

  function ask(name, args = {}) {
    const id = ++asked;
    const answer = new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      post({ id, ask: name, ...args });
    });
    return within(ANSWER_WITHIN_MS, answer, new Refused("no_answer")).finally(() => waiting.delete(id));
  }

  function answered({ re, ok, value, error }) {
    if (ok) waiting.get(re)?.resolve(value);
    else waiting.get(re)?.reject(new Refused(String(error)));
  }

  async function saving({ id, ticket_id: ticketId, public: isPublic, text }) {
    try {
      await save({ ticketId: String(ticketId), public: Boolean(isPublic), text: String(text) });
      post({ re: id, ok: true });
    } catch (refusal) {
      post({ re: id, ok: false, error: refusal.message });
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
      const empty = typeof composer.text === "string" && !composer.text.trim();
      return { ticketId: String(ticketId), composer: { ...composer, empty }, closed: Boolean(closed), theme };
    },
    insert: (ticketId, text) => ask("insert", { ticket_id: ticketId, text }),
    focusComposer(ticketId) {
      post({ id: ++asked, ask: "focus", ticket_id: ticketId });
      return true;
    },
    onSave: (handler) => { save = handler; },
    onNews: (handler) => { hear = handler; },
    onShown() {}, // Its page shows one ticket.
    changed: () => post({ id: ++asked, ask: "changed" }),
    resize: (height) => post({ id: ++asked, ask: "resize", height }),
    reveal: () => post({ id: ++asked, ask: "reveal" }),
    setting: async () => undefined,
  };
}
