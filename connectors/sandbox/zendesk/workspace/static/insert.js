// Puts the app's words into the composer, as an agent would paste them.
const APART = "\n\n";

let inserted = null; // what was put in last

/** Puts `words` in place of a part of the field, so that the browser's own undo takes them out. */
function replace(field, words, start, end) {
  field.setSelectionRange(start, end);
  // Deprecated, and the only way that keeps the browser's own undo.
  if (!document.execCommand("insertText", false, words)) {
    field.setRangeText(words, start, end, "end");
  }
}

/**
 * What was put in before and stands there unchanged is replaced. Else the words go to the cursor,
 * apart from what is written around it; a selection is kept, not replaced.
 */
export function insertInto(field, words) {
  field.focus();
  const before = inserted === null ? -1 : field.value.indexOf(inserted);
  const end = field.selectionEnd;
  if (before >= 0) {
    replace(field, words, before, before + inserted.length);
  } else {
    const [above, below] = [field.value.slice(0, end), field.value.slice(end)];
    const lead = above.trim() && !above.endsWith(APART) ? APART : "";
    const trail = below.trim() && !below.startsWith(APART) ? APART : "";
    replace(field, `${lead}${words}${trail}`, end, end);
    const at = field.selectionEnd - trail.length;
    field.setSelectionRange(at, at);
  }
  inserted = words;
}
