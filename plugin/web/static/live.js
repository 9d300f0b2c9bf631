// Follows a draft that somebody else, or the worker, may move while the page is open.
const draft = document.getElementById("draft");
const text = document.getElementById("text");
const typed = () => text !== null && text.value !== text.defaultValue;
const EVERY_MS = 2000;

async function look() {
  const answer = await fetch(draft.dataset.url, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const now = await answer.json();
  if (now.state === draft.dataset.state && String(now.rev) === draft.dataset.rev) return;
  if (typed()) {
    document.getElementById("moved").hidden = false;
    return;
  }
  location.reload();
}

async function follow() {
  try {
    if (document.visibilityState === "visible") await look();
  } catch {
    // The server is out of reach: the next round asks again.
  }
  setTimeout(follow, EVERY_MS);
}
if (draft) setTimeout(follow, EVERY_MS);
