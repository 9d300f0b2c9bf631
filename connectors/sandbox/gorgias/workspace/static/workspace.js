// The workspace's page. Nothing stands between an agent and a reply here: Gorgias lets no app hold
// one back.
import { begin } from "./shared/forms.js";

begin();
