// What a reader changes in the draft, word by word, while they type. Words are cut as
// plugin/text/tokens.py cuts them; the figures that count are made there, from what is sent.

const WORD =
  /\s+|\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}+|\p{Script=Thai}+|[\p{L}\p{M}\p{N}]+(?:[.,'\u2019_\-:/@][\p{L}\p{M}\p{N}]+)*|[^][\p{M}\u200d\ufe0f]*/gu;
// More would not be ready before the next frame; such a rewrite is shown as one.
const MOST_CELLS = 700_000;
const CONTEXT = 12;

export const words = (text) => text.match(WORD) ?? [];

/** Words with the white space that follows each: they are compared so, which halves their number. */
function pieces(text) {
  const found = [];
  for (const word of words(text)) {
    if (found.length && !word.trim() && found.at(-1).trim()) found[found.length - 1] += word;
    else found.push(word);
  }
  return found;
}

/** The stretches of both texts in order: `{tag, draft, final}`, tag "equal" or "change". */
export function stretches(draft, final) {
  const [from, to] = [pieces(draft), pieces(final)];
  let start = 0;
  while (start < from.length && start < to.length && from[start] === to[start]) start++;
  let end = 0;
  const most = Math.min(from.length, to.length) - start;
  while (end < most && from.at(-1 - end) === to.at(-1 - end)) end++;
  const [old, fresh] = [from.slice(start, from.length - end), to.slice(start, to.length - end)];
  const same = (tokens) => tokens.map((word) => [word, word]);
  const pairs = [...same(from.slice(0, start)), ...aligned(old, fresh), ...same(end ? from.slice(-end) : [])];
  return joined(pairs);
}

/** Pairs of words: both where one was kept, one of them null where it was taken out or put in. */
function aligned(old, fresh) {
  const whole = () => [...old.map((word) => [word, null]), ...fresh.map((word) => [null, word])];
  if (!old.length || !fresh.length || old.length * fresh.length > MOST_CELLS) return whole();
  const names = new Map();
  const named = (token) => names.get(token) ?? names.set(token, names.size).size - 1;
  const [before, after] = [Int32Array.from(old, named), Int32Array.from(fresh, named)];
  const width = fresh.length + 1;
  const longest = new Uint16Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = fresh.length - 1; j >= 0; j--) {
      const here = i * width + j;
      longest[here] =
        before[i] === after[j] ? longest[here + width + 1] + 1 : Math.max(longest[here + width], longest[here + 1]);
    }
  }
  const pairs = [];
  let [i, j] = [0, 0];
  while (i < old.length && j < fresh.length) {
    const here = i * width + j;
    if (old[i] === fresh[j]) pairs.push([old[i++], fresh[j++]]);
    else if (longest[here + width] >= longest[here + 1]) pairs.push([old[i++], null]);
    else pairs.push([null, fresh[j++]]);
  }
  while (i < old.length) pairs.push([old[i++], null]);
  while (j < fresh.length) pairs.push([null, fresh[j++]]);
  return pairs;
}

/** Neighbours of one kind as one. */
function joined(pairs) {
  const found = [];
  for (const [before, after] of pairs) {
    const tag = before === after ? "equal" : "change";
    if (found.at(-1)?.tag !== tag) found.push({ tag, draft: "", final: "" });
    found.at(-1).draft += before ?? "";
    found.at(-1).final += after ?? "";
  }
  return found;
}

const count = (text) => words(text).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
const hidden = (sentence) => Object.assign(document.createElement("span"), { className: "unseen", textContent: sentence });

function marked(name, said, text) {
  const node = document.createElement(name);
  // White space with a line through it looks like something.
  node.textContent = text.trimEnd() || text;
  return [hidden(` (${said}: `), node, hidden(") ")];
}

/** What stands around a change; the rest of a long stretch that nobody touched is left out. */
function around(text, isFirst, isLast) {
  const kept = words(text);
  if (kept.length <= 2 * CONTEXT) return text;
  const before = isFirst ? "" : kept.slice(0, CONTEXT).join("");
  const after = isLast ? "" : kept.slice(-CONTEXT).join("");
  return `${before} … ${after}`;
}

/** Shows the changes below the field; nothing where there are none. */
export function watch(field, place, title, shown) {
  const show = () => {
    const [draft, final] = [field.dataset.offered, field.value];
    const isSame = draft.trim() === final.trim();
    place.hidden = isSame;
    if (isSame) return;
    const parts = stretches(draft, final);
    const changes = parts.filter(({ tag }) => tag === "change");
    const out = changes.reduce((sum, part) => sum + count(part.draft), 0);
    const put = changes.reduce((sum, part) => sum + count(part.final), 0);
    title.textContent = `${out} ${out === 1 ? "word" : "words"} out, ${put} in`;
    shown.replaceChildren(
      ...parts.flatMap((part, at) => {
        if (part.tag === "equal") return [around(part.final, at === 0, at === parts.length - 1)];
        const removed = part.draft ? marked("del", "removed", part.draft) : [];
        const added = part.final ? marked("ins", "added", part.final) : [];
        return [...removed, ...added, /\s*$/.exec(part.final || part.draft)[0]];
      }),
    );
  };
  field.addEventListener("input", show);
  show();
}
