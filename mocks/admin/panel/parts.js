// Parts of pages: fetched as the server renders them and put in the place of the old ones.

// An XMLHttpRequest parses a page without running anything in it, and without a string of HTML.
export function load(url) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", url);
    request.responseType = "document";
    request.timeout = 15000;
    request.onload = () =>
      request.status === 200 && request.response
        ? resolve(request.response)
        : reject(Object.assign(new Error(String(request.status)), { status: request.status }));
    request.onerror = request.ontimeout = () => reject(Object.assign(new Error("offline"), { status: 0 }));
    request.send();
  });
}

// Puts the element of that id in place of ours; what is open and has the focus stays so.
export function swap(page, id) {
  const old = document.getElementById(id);
  const found = page.getElementById(id);
  if (!old || !found) return null;
  const fresh = document.importNode(found, true);
  if (old.isEqualNode(fresh)) return old;
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  for (const details of old.querySelectorAll("details[id]")) {
    const twin = fresh.querySelector(`#${CSS.escape(details.id)}`);
    if (twin) twin.open = details.open;
  }
  for (const input of old.querySelectorAll("input[name]")) {
    const twin = fresh.querySelector(`input[name="${CSS.escape(input.name)}"]`);
    if (twin && input.value !== input.defaultValue) twin.value = input.value;
  }
  const top = old.scrollTop;
  old.replaceWith(fresh);
  fresh.scrollTop = top;
  if (focused) (focused.id && document.getElementById(focused.id) || fresh).focus({ preventScroll: true });
  return fresh;
}

// Runs work one at a time; what is asked for while it runs, or right after it, is done once, later:
// the pause is three times what the work took, for looking must not slow what is looked at.
// Somebody who has just changed something (`urgent`) does not wait for the pause.
export function once(work, pause = 100) {
  let running = false;
  let again = false;
  let hurry = false;
  let rest = 0;
  async function ask({ urgent = false } = {}) {
    if (running || (rest && !urgent)) { again = true; hurry ||= urgent; return; }
    clearTimeout(rest);
    running = true;
    again = hurry = false;
    const start = performance.now();
    try {
      await work();
    } catch (error) {
      if (error.status === 401) location.reload();
    }
    running = false;
    const wait = hurry ? 0 : Math.max(pause, Math.min(15000, 3 * (performance.now() - start)));
    rest = setTimeout(() => { rest = 0; if (again) ask(); }, wait);
  }
  return ask;
}

const SIDE = ["banner", "space", "clock", "parties", "moments"];
export const refreshSide = once(async () => {
  const gone = document.getElementById("gone");
  const page = await load(`/spaces/${document.body.dataset.space}/side`).catch((error) => {
    if (error.status === 404) gone.hidden = false;
    throw error;
  });
  gone.hidden = true;
  for (const id of SIDE) swap(page, id);
  document.dispatchEvent(new CustomEvent("side"));
});
