// Zendesk's page around us, by Zendesk's own library:
// https://developer.zendesk.com/api-reference/apps/apps-core-api/client_api/
import { asHtml, asText, isSame, plain } from "./composer_text.js";
import { Refused, within } from "./waiting.js";

// The library's own limit is five minutes in one version. In another it is five seconds, and it tells
// of it by an answer in place of an error.
const CALL_WITHIN_MS = 4500;
const COMPOSER = ["ticket.id", "ticket.status", "comment.type", "comment.text", "comment.attachments", "comment.useRichText"];
const SCHEME = "colorScheme";
const CHANNEL = "ticket.editor.targetChannel";
// Their composers take words and no HTML.
const WORDS_ONLY = /chat|messag|whatsapp|sms|text|instagram|twitter|line|viber|telegram|wechat/i;
const NEWS = [
  "ticket.conversation.changed",
  "ticket.tags.changed",
  "ticket.status.changed",
  "ticket.submit.done",
  "comment.type.changed",
];

/** Undefined where the library is not there, or was not told by whom we are framed. */
export function zendesk() {
  const client = globalThis.ZAFClient?.init();
  if (!client) return undefined;
  let inserted = null; // what we put there last, and on which ticket
  let theme = "light"; // Zendesk's own, unless it says that it is dark

  /** Several properties at once: what cannot be read is not in the answer. */
  async function read(paths) {
    const found = await within(CALL_WITHIN_MS, client.get(paths), new Refused("no_answer"));
    if (typeof found?.["ticket.id"] !== "number" && typeof found?.["ticket.id"] !== "string") throw new Refused("no_answer");
    return found;
  }

  /** What stands in the composer. What cannot be read may be anything: it is not taken for nothing. */
  async function composer() {
    const found = await read(COMPOSER);
    const written = found["comment.text"];
    const text = found["comment.useRichText"] === false ? String(written ?? "").trim() : asText(String(written ?? ""));
    const more = typeof written !== "string" ? "(unreadable)" : found["comment.attachments"]?.length ? "(a file)" : "";
    return {
      ticketId: String(found["ticket.id"]),
      public: found["comment.type"] !== "internalNote",
      closed: found["ticket.status"] === "closed",
      isPlain: found["comment.useRichText"] === false,
      text: text || more,
    };
  }

  function paint() {
    read(["ticket.id", SCHEME]).then((found) => { theme = found[SCHEME] === "dark" ? "dark" : "light"; }, () => {});
  }

  async function takesWordsOnly({ isPlain }) {
    if (isPlain) return true;
    const found = await read(["ticket.id", CHANNEL]).catch(() => ({}));
    return WORDS_ONLY.test(found[CHANNEL]?.name ?? "");
  }

  /** Whether the helpdesk did it. Throws where it may have. */
  async function does(asked, what) {
    const late = new Refused("unknown");
    const answer = await within(CALL_WITHIN_MS, asked.catch((refusal) => refusal ?? new Error()), late);
    if (answer?.name === "TimeoutError") throw late;
    const isError = answer instanceof Error || typeof answer === "string" || "message" in Object(answer);
    return !isError && !answer?.errors?.[what];
  }

  function require(now, ticketId) {
    if (now.ticketId !== ticketId) throw new Refused("other_ticket");
    if (now.closed) throw new Refused("locked");
    if (!now.public) throw new Refused("internal_note");
  }

  /** Into the place of what we put there before, which the agent has not touched. */
  const replaces = (words, wordsOnly) => does(client.set("comment.text", wordsOnly ? words : asHtml(words)), "comment.text");

  /** To what the agent has written, if anything, by whichever call the helpdesk takes. */
  async function adds(words, wordsOnly, before) {
    const rich = [["ticket.editor.insert", asHtml(words)], ["comment.appendHtml", asHtml(words)]];
    for (const [call, what] of wordsOnly ? [["comment.appendText", words], rich[0]] : rich) {
      if (await does(client.invoke(call, what), call)) return;
      // Another ticket may have come into its place, and it may have been done all the same.
      const now = await composer();
      require(now, before.ticketId);
      if (!plain(before.text).includes(plain(words)) && plain(now.text).includes(plain(words))) return;
    }
    throw new Refused("not_taken");
  }

  paint();
  client.on(`${SCHEME}.changed`, paint);

  return {
    async context() {
      const { ticketId, text, closed, public: isPublic } = await composer();
      return { ticketId, composer: { public: isPublic, locked: false, empty: !text }, closed, theme };
    },
    async insert(ticketId, text) {
      const before = await composer();
      require(before, ticketId);
      const wordsOnly = await takesWordsOnly(before);
      const isOurs = inserted?.ticketId === ticketId && isSame(before.text, inserted.text);
      const words = before.text && !isOurs ? `\n\n${text}` : text;
      if (!(isOurs && (await replaces(words, wordsOnly)))) await adds(words, wordsOnly, before);
      inserted = before.text && !isOurs ? null : { ticketId, text };
    },
    onSave(handler) {
      client.on("ticket.save", () => handler(composer()));
    },
    onNews(handler) {
      for (const name of NEWS) client.on(name, () => { handler(); });
    },
    onShown(hear) {
      client.on("app.activated", () => { hear(true); });
      client.on("app.deactivated", () => { hear(false); });
    },
    focusComposer: () => false, // https://developer.zendesk.com/api-reference/apps/ has no call for it.
    changed() {}, // Zendesk follows its own tickets.
    reveal() {}, // It gives our frame a height, and our page scrolls in it.
    resize: (height) => { client.invoke("resize", { height: `${height}px` }).catch(() => {}); },
    async setting(name) {
      const { settings } = await within(CALL_WITHIN_MS, client.metadata(), new Refused("no_answer"));
      return settings?.[name];
    },
  };
}
