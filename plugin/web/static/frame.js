// Our page in the helpdesk's frame: says that it is there, and is as high as what it shows.
import { openHost } from "./host.js";

export const page = document.getElementById("sidebar");
export const host = openHost(page.dataset);

/** Which ticket is shown. The helpdesk's theme, and that the ticket is closed, show on the page. */
export async function where() {
  const now = await host.context();
  if (now.theme) document.documentElement.dataset.theme = now.theme;
  page.toggleAttribute("data-closed", Boolean(now.closed));
  return now;
}

new ResizeObserver(() => host.resize(document.body.offsetHeight)).observe(document.body);
where().catch(() => {});
