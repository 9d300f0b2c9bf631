// What a helpdesk's editor holds, as text, and text as such an editor takes it.
const BLOCKS = new Set(["ADDRESS", "BLOCKQUOTE", "DD", "DIV", "DL", "DT", "FIGURE", "H1", "H2", "H3", "H4", "H5", "H6", "HR", "LI", "OL", "P", "PRE", "SECTION", "TABLE", "TD", "TH", "TR", "UL"]);

/** Line by line, so that no two words become one. An empty editor holds an empty paragraph. */
export function asText(html) {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  const text = [...pieces(body)].join("").replace(/\n{3,}/g, "\n\n").trim();
  return text || (body.querySelector("img, video, audio, iframe") ? "(a picture)" : "");
}

function* pieces(node) {
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) yield child.data;
    if (child.nodeName === "BR") yield "\n";
    const apart = BLOCKS.has(child.nodeName);
    if (apart) yield "\n";
    yield* pieces(child);
    if (apart) yield "\n";
  }
}

/** Whether two texts are the same but for their white space. */
export const isSame = (one, other) => plain(one) === plain(other);

/** A text with one space where there is any white space. */
export const plain = (text) => text.normalize("NFC").replace(/\s+/gu, " ").trim();

/** As HTML: the text as it is, line by line. */
export function asHtml(text) {
  const box = document.createElement("div");
  text.split("\n").forEach((line, number) => {
    if (number) box.append(document.createElement("br"));
    box.append(line);
  });
  return box.innerHTML;
}
