// What happens in the space, as it happens; after a break it goes on where it was.
import { refreshSide } from "./parts.js";

const WORDS = { open: "自動更新中", waiting: "再接続しています", closed: "切れました。開き直しています" };
const REOPEN = 3000;
const PATIENCE = 4000;  // before a server that does not answer is called lost
let patience = 0;

function show(state) {
  const line = document.getElementById("line");
  if (line.dataset.state === state) return;
  clearTimeout(patience);
  document.getElementById("lost").hidden = true;
  if (state === "waiting") patience = setTimeout(() => { document.getElementById("lost").hidden = false; }, PATIENCE);
  line.dataset.state = state;
  line.textContent = WORDS[state];
}

function tell(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

export function listen(space) {
  const source = new EventSource(`/__mocks/v1/spaces/${space}/events`);
  const all = () => { refreshSide(); tell("everything"); };
  source.addEventListener("open", () => show("open"));
  source.addEventListener("hello", all);
  source.addEventListener("reset", all);
  source.addEventListener("cleared", all);
  source.addEventListener("row", (event) => tell("row", JSON.parse(event.data)));
  for (const name of ["clock", "party", "parties", "holds", "faults", "warnings", "warning", "scenarios"]) {
    source.addEventListener(name, () => { refreshSide(); tell("changed"); });
  }
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) return show("waiting");
    // The server refused: what can be read without the stream is read now and then.
    show("closed");
    setTimeout(() => { all(); listen(space); }, REOPEN);
  });
  addEventListener("pagehide", () => source.close());
}
