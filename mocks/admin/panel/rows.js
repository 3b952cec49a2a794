// The sequence view: rows come and change, one of them is open beside, keys walk through them.
import { load, once, refreshSide, swap } from "./parts.js";

const MOST = 500;
const MOST_ASKED = 150;  // rows in one request; after more of them the page is read anew
const waiting = new Set();
const space = document.body.dataset.space;
const table = () => document.getElementById("sequence");
const body = () => document.getElementById("rows");
const box = () => document.getElementById("scroll");
const follows = () => document.getElementById("follow").checked;
const detailed = () => document.querySelector("[data-detail]");
const isOld = new URLSearchParams(location.search).has("before");

function follow() {
  if (follows()) box().scrollTop = box().scrollHeight;
}

function mark() {
  const open = detailed()?.dataset.detail;
  for (const line of body().rows) {
    line.classList.toggle("selected", line.dataset.row === open);
  }
}

function put(line) {
  const fresh = document.importNode(line, true);
  const old = document.getElementById(fresh.id);
  if (old) {
    const focused = old.contains(document.activeElement);
    old.replaceWith(fresh);
    if (focused) fresh.querySelector("a")?.focus({ preventScroll: true });
    return;
  }
  fresh.classList.add("fresh");
  const number = Number(fresh.dataset.row);
  const after = [...body().rows].find((one) => Number(one.dataset.row) > number);
  body().insertBefore(fresh, after ?? null);
}

// The oldest rows give way on the page; a link leads to them.
function forget() {
  while (body().rows.length > MOST) body().rows[0].remove();
  const older = document.getElementById("older");
  const there = new URL(older.firstElementChild.href);
  there.searchParams.set("before", body().rows[0].dataset.row);
  older.firstElementChild.href = there.href;
  older.hidden = false;
}

const refreshLines = once(async () => {
  const ids = [...waiting];
  waiting.clear();
  if (ids.length > MOST_ASKED) return refreshAll({ urgent: true });
  const { lanes, query } = table().dataset;
  const mark_ = query ? "&" : "?";
  const page = await load(`/spaces/${space}/lines${query}${mark_}lanes=${encodeURIComponent(lanes)}&ids=${ids.join(",")}`);
  if (page.body.dataset.stale) return refreshAll({ urgent: true });
  swap(page, "unmatched");
  for (const line of page.getElementById("rows").rows) if (!isOld) put(line);
  if (body().rows.length > MOST) forget();
  document.getElementById("none").hidden = body().rows.length > 0;
  mark();
  follow();
  const open = detailed();
  if (open && ids.includes(Number(open.dataset.detail))) await refreshDetail();
});

async function refreshDetail() {
  swap(await load(location.href), "detail");
}

// What was cleared away is open no more.
async function loadHere() {
  try {
    return await load(location.href);
  } catch (error) {
    if (error.status !== 404 && error.status !== 410) throw error;
    const page = await load(`/spaces/${space}${table().dataset.query}`);
    history.replaceState(null, "", `/spaces/${space}${table().dataset.query}`);
    swap(page, "detail");
    return page;
  }
}

const refreshAll = once(async () => {
  const page = await loadHere();
  for (const id of ["unmatched", "older", "sequence", "none"]) swap(page, id);
  if (page.querySelector("[data-detail]")) swap(page, "detail");
  mark();
  follow();
});

async function open(url, { push = true, focus = false } = {}) {
  const page = await load(url);
  document.getElementById("detail").replaceWith(document.importNode(page.getElementById("detail"), true));
  document.title = page.title;
  if (push) history.pushState(null, "", url);
  mark();
  if (matchMedia("(max-width: 1180px)").matches) document.getElementById("detail").scrollIntoView();
  if (focus) document.getElementById("detail-title")?.focus();
}

function step(by) {
  const links = [...body().querySelectorAll(".number a")];
  const at = links.indexOf(document.activeElement);
  const start = links.findIndex((one) => one.closest("tr").classList.contains("selected"));
  const from = at >= 0 ? at : start;
  const next = from < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, from + by));
  links[next]?.focus();
}

const KEYS = {
  j: () => step(1), ArrowDown: () => step(1), k: () => step(-1), ArrowUp: () => step(-1),
  "/": () => document.querySelector("#filters select").focus(),
  u: () => document.querySelector('#filters [name="unmatched"]').click(),
};

function press(event) {
  const typing = event.target.closest("input, select, textarea");
  const elsewhere = event.target !== document.body && !event.target.closest("#main, #detail");
  if (typing || elsewhere || event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
  const arrow = event.key.startsWith("Arrow");
  if (arrow && !event.target.closest("#rows")) return;
  event.preventDefault();
  KEYS[event.key]();
}

export function beginRows() {
  document.addEventListener("row", ({ detail: row }) => { waiting.add(row.id); refreshLines(); });
  document.addEventListener("everything", () => refreshAll());
  document.addEventListener("keydown", press);
  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const link = event.target.closest(".number a, a[data-row]");
    const line = event.target.closest("#rows tr");
    const target = link ?? (event.target.closest("a, button") ? null : line?.querySelector(".number a"));
    if (!target) return;
    event.preventDefault();
    document.getElementById("follow").checked = false;
    // A click that a key made has no detail: whoever works with keys goes on in what was opened.
    open(target.href, { focus: event.detail === 0 }).catch(() => location.assign(target.href));
  });
  document.getElementById("filters").addEventListener("change", (event) => {
    if (event.target.id === "follow") follow();
    else if (event.target.matches("select, [type=checkbox]")) event.currentTarget.requestSubmit();
  });
  addEventListener("popstate", () => open(location.href, { push: false }).catch(() => location.reload()));
  // The journal grows and the number beside it with it, without an event of its own.
  const count = once(refreshSide, 1000);
  document.addEventListener("row", () => count());
  mark();
  follow();
  const chosen = document.querySelector("tr.selected");
  if (chosen) box().scrollTop = chosen.offsetTop - box().clientHeight / 2;
}
