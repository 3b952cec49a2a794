// Changes: every button and form that names a method and a path of the admin API.
import { refreshSide } from "./parts.js";

const PREFIX = "/__mocks/v1";
let silence = 0;

export function say(text, bad = false) {
  const said = document.getElementById("said");
  if (!said) return;
  said.textContent = text;
  said.classList.toggle("bad", bad);
  clearTimeout(silence);
  silence = setTimeout(() => { said.textContent = ""; }, bad ? 12000 : 5000);
}

// Returns the status and the body of a reply; 0 where there was none.
export async function send(method, path, body, type = "application/json") {
  try {
    const reply = await fetch(PREFIX + path, {
      method, body, credentials: "same-origin", redirect: "error",
      headers: body === undefined ? {} : { "Content-Type": type },
    });
    const text = await reply.text();
    return { status: reply.status, ok: reply.ok, body: text ? JSON.parse(text) : null };
  } catch {
    return { status: 0, ok: false, body: { title: "サーバーに届きません", detail: "nakadachi mocks up が動いているか確かめてください。" } };
  }
}

export function sayProblem(reply) {
  const { title = String(reply.status), detail = "" } = reply.body ?? {};
  say(`${title}　${detail}`, true);
}

async function perform(element, body) {
  const { method, path, confirm: question, leave, done } = element.dataset;
  if (question && !window.confirm(question)) return;
  element.setAttribute("aria-busy", "true");
  const reply = await send(method, path, body);
  element.removeAttribute("aria-busy");
  if (!reply.ok) return sayProblem(reply);
  if (leave) return location.assign(leave);
  say(done ?? `${element.getAttribute("aria-label") ?? element.textContent.trim()}: 済みました`);
  document.dispatchEvent(new CustomEvent("changed", { detail: { urgent: true } }));
  await refreshSide({ urgent: true });
}

async function copy(id) {
  const text = document.getElementById(id)?.textContent ?? "";
  try {
    await navigator.clipboard.writeText(text);
    say("コピーしました");
  } catch {
    const shown = document.getElementById(id);
    shown.closest("details")?.setAttribute("open", "");
    getSelection().selectAllChildren(shown);
    say("コピーできませんでした。選んだ文を Ctrl+C で写してください。", true);
  }
}

export function act() {
  document.addEventListener("click", (event) => {
    const element = event.target.closest("button");
    if (!element) return;
    if (element.dataset.copy) copy(element.dataset.copy);
    else if (element.dataset.method) perform(element, element.dataset.body);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.method) return;
    event.preventDefault();
    const fields = [...form.elements].filter((one) => one.name);
    const body = Object.fromEntries(fields.map((one) => [one.name, one.dataset.type === "number" ? Number(one.value) : one.value]));
    for (const one of fields) one.defaultValue = one.value;
    perform(form, JSON.stringify(body));
  });
}
