"""A stand-in for the app in the frame: speaks the child's side, and does what a test tells it."""

import base64
import json
from typing import Any

from flask import Flask, Response, request

_PAGE = """<!doctype html><html lang="en"><title>App</title>
<script type="module" src="/app.js"></script>
<p>I am the app, opened for <b id="who">{who}</b>.</p></html>"""

# `app.ask` asks the page; `app.heard` is all that came; `app.verdict` is the save hook's answer,
# null leaves the question unanswered.
_SCRIPT = """
const waiting = new Map();
let asked = 0;
const app = { heard: [], verdict: { ok: true }, host: HOST, ask };
window.app = app;
function ask(name, more = {}) {
  asked += 1;
  const id = asked;
  const answer = new Promise((resolve) => waiting.set(id, resolve));
  parent.postMessage({ sandbox: 1, id, ask: name, ...more }, HOST);
  return answer;
}
addEventListener("message", (event) => {
  if (event.origin !== HOST || event.source !== parent) return;
  app.heard.push(event.data);
  if ("re" in event.data) waiting.get(event.data.re)(event.data);
  if (event.data.ask === "save" && app.verdict) {
    parent.postMessage({ sandbox: 1, re: event.data.id, ...app.verdict }, HOST);
  }
});
app.opened = await ask("context");
"""


class StubApp:
    """Serves `/sidebar`, to be opened by the workspace at `host`.

    Attributes:
        asks: Whether its page has a script that works.
        opened: The claims, the query and the `Origin` of each opening.
    """

    def __init__(self, host: str) -> None:
        self.host = host
        self.asks = True
        self.opened: list[dict[str, Any]] = []
        self.app = Flask("stub")
        self.app.post("/sidebar")(self._sidebar)
        self.app.get("/app.js")(self._script)

    def _sidebar(self) -> str:
        payload = request.form["token"].split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        origin = request.headers["Origin"]
        self.opened.append({"claims": claims, "query": dict(request.args), "origin": origin})
        return _PAGE.format(who=claims["sub"].rsplit("/", 1)[-1])

    def _script(self) -> Response:
        script = f"const HOST = {json.dumps(self.host)};{_SCRIPT}" if self.asks else ""
        return Response(script, mimetype="text/javascript")
