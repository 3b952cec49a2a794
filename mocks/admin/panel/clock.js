// Lets the clock shown go on at the pace of the space's clock, in Japan's time.
import { refreshSide } from "./parts.js";

const LOOK = 2000;
const FORM = new Intl.DateTimeFormat("ja-JP", {
  timeZone: "Asia/Tokyo", year: "numeric", month: "2-digit", day: "2-digit", weekday: "short",
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
let base = null;

function write(instant) {
  const part = Object.fromEntries(FORM.formatToParts(instant).map(({ type, value }) => [type, value]));
  return `${part.year}-${part.month}-${part.day}（${part.weekday}）${part.hour}:${part.minute}:${part.second}`;
}

function start() {
  const shown = document.getElementById("clock-now");
  if (shown) base = { shown, at: Date.parse(shown.dateTime), rate: Number(shown.dataset.rate), since: performance.now() };
}

export function tick() {
  start();
  document.addEventListener("side", () => { if (base && !base.shown.isConnected) start(); });
  const runs = () => base && base.rate > 0 && !["waiting", "closed"].includes(document.getElementById("line").dataset.state);
  // Offices open and close as time goes by, of which no event tells.
  setInterval(() => { if (runs() && !document.hidden) refreshSide(); }, LOOK);
  setInterval(() => {
    if (runs()) base.shown.textContent = write(new Date(base.at + (performance.now() - base.since) * base.rate));
  }, 250);
}
