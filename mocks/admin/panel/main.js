// Begins everything a page has; pages read without any of this.
import { listen } from "./stream.js";
import { act } from "./actions.js";
import { tick } from "./clock.js";
import { beginRows } from "./rows.js";
import { beginEditor } from "./editor.js";

document.documentElement.classList.add("scripted");
const { space, tab } = document.body.dataset;
act();
tick();
if (tab === "sequence") beginRows();
if (tab === "scenarios") beginEditor();
if (space) listen(space);
