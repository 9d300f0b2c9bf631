// Fetches the pieces of a page that nobody should have to wait for: the conversation, what was decided
// before. They are HTML of our own server's, which has escaped what others wrote.
import { localise } from "./times.js";

const LOST = "This could not be loaded. ";
const known = new Map(); // by address: a sidebar that is drawn anew asks once

export const forget = (url) => known.delete(url);

/** Fills every piece in `root`. `load` gives the HTML of an address. */
export function fill(root, load) {
  for (const place of root.querySelectorAll("[data-fragment]")) {
    const html = known.get(place.dataset.fragment);
    if (html === undefined) ask(place, load);
    else put(place, html, load);
  }
}

async function ask(place, load) {
  const url = place.dataset.fragment;
  place.ariaBusy = "true";
  try {
    const html = await load(url);
    known.set(url, html);
    // A sidebar may have been drawn anew meanwhile.
    for (const one of document.querySelectorAll(`[data-fragment="${CSS.escape(url)}"]`)) put(one, html, load);
  } catch {
    put(place, null, load);
  }
}

function put(place, html, load) {
  place.ariaBusy = null;
  if (html === null) {
    const again = Object.assign(document.createElement("button"), { type: "button", textContent: "Try again" });
    again.dataset.again = "";
    const line = Object.assign(document.createElement("p"), { className: "advice", textContent: LOST });
    place.replaceChildren(line, again);
  } else {
    place.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
    localise(place);
  }
  place.querySelector("[data-again]")?.addEventListener("click", () => {
    forget(place.dataset.fragment);
    place.replaceChildren(Object.assign(document.createElement("p"), { className: "quiet", textContent: "Loading …" }));
    ask(place, load);
  });
}
