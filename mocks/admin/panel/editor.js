// The scenario tab: verdicts as they turn, and an editor that loses nothing.
import { say, sayProblem, send } from "./actions.js";
import { load, once, refreshSide, swap } from "./parts.js";

const LOOK = 2000;
const space = document.body.dataset.space;
const source = () => document.getElementById("source");
const isDirty = () => source().value !== source().defaultValue;
let key = "";

const refreshVerdicts = once(async () => {
  swap(await load(`/spaces/${space}/scenarios${document.getElementById("verdicts").dataset.over ? "?over=1" : ""}`), "verdicts");
});

function keep() {
  if (isDirty()) sessionStorage.setItem(key, source().value);
  else sessionStorage.removeItem(key);
}

function findId(text) {
  return /^id:[ \t]*["']?([^\s"'#]+)/m.exec(text)?.[1] ?? document.getElementById("editor-name").textContent;
}

function make(name, text, className = "") {
  const element = document.createElement(name);
  element.textContent = text;
  element.className = className;
  return element;
}

function goTo(line, column) {
  const area = source();
  const lines = area.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  area.focus();
  area.setSelectionRange(start + Math.max(0, column - 1), start + (lines[line - 1]?.length ?? 0));
  area.scrollTop = Math.max(0, (line - 6) * 18);
}

function showProblems(problems, title, good) {
  const list = document.createElement("ol");
  for (const one of problems) {
    const item = make("li", "", one.severity);
    const place = make("button", `${one.line} 行 ${one.column} 桁`, "quiet");
    place.type = "button";
    place.addEventListener("click", () => goTo(one.line, one.column));
    item.append(...(one.line ? [place] : []), make("code", one.code), ` ${one.message_ja}`);
    list.append(item);
  }
  document.getElementById("problems").replaceChildren(...(title ? [make("p", title, good ? "good" : "")] : []), list);
}

async function replace(event) {
  event?.preventDefault();
  const text = source().value;
  const button = document.getElementById("editor-send");
  button.setAttribute("aria-busy", "true");
  const name = findId(text);
  const reply = await send("PUT", `/spaces/${space}/scenarios/${encodeURIComponent(name)}`, text, "application/yaml");
  button.removeAttribute("aria-busy");
  if (!reply.ok) {
    const { problems = [], title = "", detail = "" } = reply.body ?? {};
    showProblems(problems, problems.length ? `${title}。何も変わっていません。` : `${title}　${detail}`, false);
    if (!problems.length) sayProblem(reply);
    return;
  }
  source().defaultValue = text;
  source().value = text;
  keep();
  document.getElementById("editor-name").textContent = reply.body.id;
  button.textContent = "差し替える";
  showProblems(reply.body.problems ?? [], `${reply.body.id} ${reply.status === 201 ? "を読み込みました" : "を差し替えました"}`, true);
  say("差し替えました。記録はそのままです。");
  refreshSide({ urgent: true });
  refreshVerdicts({ urgent: true });
}

export function beginEditor() {
  key = `draft/${document.getElementById("editor-form").dataset.key}`;
  const draft = sessionStorage.getItem(key);
  const notice = document.getElementById("draft");
  if (draft !== null && draft !== source().value) {
    source().value = draft;
    notice.hidden = false;
  }
  document.getElementById("draft-drop").addEventListener("click", () => {
    source().value = source().defaultValue;
    notice.hidden = true;
    keep();
    source().focus();
  });
  source().addEventListener("input", keep);
  source().addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) replace(event);
  });
  document.getElementById("editor-form").addEventListener("submit", replace);
  for (const name of ["row", "everything", "changed"]) document.addEventListener(name, ({ detail }) => refreshVerdicts(detail?.urgent ? detail : {}));
  // What the system under test shows is no row: it is looked at now and then.
  setInterval(() => { if (!document.hidden) refreshVerdicts(); }, LOOK);
}
