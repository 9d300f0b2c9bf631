// Keeps an open page true: asks for its version, and takes over the parts that changed. What
// somebody types is never touched.
const EVERY_MS = 1000;
const SLOWEST_MS = 15_000;
const PATIENCE_MS = 10_000;

const page = document.getElementById("main");
const line = document.getElementById("line");
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let adopted = 0;
let wait = EVERY_MS;
let timer = 0;
let looking = false;
let again = false;
let refreshed = () => {};

function say(sentence) {
  if (line.textContent !== sentence) line.textContent = sentence;
}

/** Items by id: those that are the same stay the same nodes, so that a selection in them does. */
function takeList(old, next) {
  const known = new Map([...old.children].map((item) => [item.id, item]));
  const added = [];
  [...next.children].forEach((item, index) => {
    const mine = known.get(item.id);
    known.delete(item.id);
    const keep = mine && mine.outerHTML === item.outerHTML ? mine : document.importNode(item, true);
    if (!mine) added.push(keep);
    else if (keep !== mine) mine.replaceWith(keep);
    if (old.children[index] !== keep) old.insertBefore(keep, old.children[index] ?? null);
  });
  for (const gone of known.values()) gone.remove();
  if (!calm.matches) {
    for (const item of added) item.animate({ opacity: [0, 1] }, 300);
  }
  return added;
}

function take(old, next) {
  if (old.outerHTML === next.outerHTML) return;
  // Somebody has chosen something else than the page had offered.
  if (old.dataset.live === "choice" && old.value !== old.querySelector("[selected]").value) return;
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const mine = document.importNode(next, true);
  old.replaceWith(mine);
  if (focused) {
    (document.getElementById(focused.id) ?? document.getElementById(mine.dataset.focus))?.focus();
  }
}

/**
 * Takes over what a newer copy of this page shows.
 * @returns {{version: boolean, agent: boolean, added: Element[]}} what is another, and new messages
 */
export function adopt(fresh) {
  const next = fresh.getElementById("main");
  const news = { version: false, agent: false, added: [] };
  if (next?.dataset.page !== page.dataset.page) return news;
  adopted += 1;
  for (const old of document.querySelectorAll("[data-live]")) {
    const its = fresh.getElementById(old.id);
    if (!its) continue;
    if (old.dataset.live === "list") news.added.push(...takeList(old, its));
    else take(old, its);
  }
  document.title = fresh.title;
  for (const name of ["version", "agent"]) {
    news[name] = page.dataset[name] !== next.dataset[name];
    page.dataset[name] = next.dataset[name];
  }
  return news;
}

async function get(address) {
  const answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!answer.ok && answer.status !== 404) throw new Error(`status ${answer.status}`);
  return answer;
}

/** Shows this page as it is now, or not at all where a newer one came in meanwhile. */
export async function renew() {
  const before = adopted;
  const answer = await get(page.dataset.page);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (answer.ok && adopted === before) refreshed(fresh);
}

/** Asks once. Resolves to whether to go on asking; throws while the helpdesk is out of reach. */
async function look() {
  const answer = await get(page.dataset.state);
  if (answer.status === 404) {
    say("This ticket is not here any more.");
    return false;
  }
  const now = await answer.json();
  if (now.version !== page.dataset.version || now.agent !== page.dataset.agent) await renew();
  say("");
  return true;
}

async function turn() {
  if (looking) {
    again = true;
    return;
  }
  looking = true;
  again = false;
  clearTimeout(timer);
  try {
    if (document.visibilityState === "visible" && !(await look())) return;
    wait = EVERY_MS;
  } catch {
    say("The helpdesk does not answer. Trying again.");
    wait = Math.min(wait * 1.5, SLOWEST_MS);
  } finally {
    looking = false;
  }
  timer = setTimeout(turn, again ? 0 : wait);
}

/** Asks now, not in a second. */
export function hurry() {
  turn();
}

/** Follows the page from now on; `show` gets each newer copy of it. */
export function follow(show) {
  refreshed = show;
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") turn();
  });
  timer = setTimeout(turn, EVERY_MS);
}
