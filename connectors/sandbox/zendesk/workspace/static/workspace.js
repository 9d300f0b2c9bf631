// The workspace's page: its forms, and a public reply that is held until the app beside the ticket
// has let it pass.
import { hurry } from "./shared/follow.js";
import { begin, isPublic } from "./shared/forms.js";
import { openHost } from "./host.js";
import { insertInto } from "./insert.js";

const page = document.getElementById("main");
const text = document.getElementById("text");

const host = openHost({
  ticketId: page.dataset.ticket,
  composer: () => ({ public: isPublic(), text: text?.value ?? "" }),
  closed: () => !text || document.getElementById("closed").textContent.trim() !== "",
  locked: () => !text || text.readOnly,
  insert: (words) => insertInto(text, words),
  focus: () => text.focus(),
  hurry,
});

/** Another agent opens the app anew; other news are told to it. */
function shown(news) {
  if (news.agent) host.open();
  else if (news.version) host.tell();
}

host.open();
begin({ objection: (words) => host.maySend(words), shown });
