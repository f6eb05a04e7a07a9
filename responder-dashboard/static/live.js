// Keeps a page up to date: hears of events, fetches the part that changed, lets clocks run, and says how fresh all is.
"use strict";

(() => {
  const live = document.getElementById("live");
  const link = document.getElementById("link");
  const said = document.getElementById("said");
  const AFTER_EVENT_MS = 150;
  const LONGEST_PAUSE_MS = 30000;
  const PAUSE_WHEN_LOST_MS = 5000;
  const PATIENCE_MS = 15000; // A phone that has lost its network does not notice by itself.

  // An address may have been opened with the password in it, which no request may have.
  const at = (path) => new URL(path, location.origin + location.pathname).href;

  let skew = 0; // The server's clock against ours, in milliseconds.
  let source = null;
  let failures = 0;
  let timer = 0;
  let isAsking = false;
  let isStale = false;
  let isSoon = false;
  let isOver = false; // What is shown changes no more.
  let shownAt = new Date(); // When what is shown was so.

  // ---- clocks

  const part = () => document.getElementById("page");
  const two = (number) => String(number).padStart(2, "0");

  function running(seconds) {
    const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
  }

  function tick() {
    const now = Date.now() + skew;
    for (const clock of live.querySelectorAll(".clock")) {
      const text = running(Math.max(0, Math.floor((now - Number(clock.dataset.since)) / 1000)));
      if (clock.textContent !== text) clock.textContent = text;
    }
  }

  // ---- the part that changes

  // Only what differs is replaced, so that focus, selection and what is folded out stay where they are.
  function replace(old, fresh) {
    if (old.dataset) {
      for (const { name, value } of fresh.attributes) old.setAttribute(name, value);
    }
    const olds = [...old.children];
    const news = [...fresh.children];
    const known = new Map(olds.filter((child) => child.id).map((child) => [child.id, child]));
    let place = old.firstElementChild;
    for (const child of news) {
      const twin = known.get(child.id);
      if (!twin) {
        times.localize(child);
        old.insertBefore(child, place);
        continue;
      }
      known.delete(child.id);
      if (twin !== place) old.insertBefore(twin, place);
      else place = place.nextElementSibling;
      update(twin, child);
    }
    // What is not told of at the moment may stay.
    if (fresh.dataset && "keeps" in fresh.dataset) return;
    for (const child of olds) {
      if (!child.id || known.has(child.id)) child.remove();
    }
  }

  const texts = new WeakMap();

  function update(old, fresh) {
    const text = fresh.outerHTML;
    if (texts.get(old) === text) return;
    if (old.matches("#now, #before, [data-keyed]")) {
      texts.set(old, text);
      replace(old, fresh);
      return;
    }
    const folded = [...old.querySelectorAll("details[id]")].filter((details) => details.open).map((details) => details.id);
    const held = old.contains(document.activeElement) ? document.activeElement : null;
    for (const id of folded) fresh.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
    times.localize(fresh);
    old.replaceWith(fresh);
    texts.set(fresh, text);
    const twin = held && [...fresh.querySelectorAll(held.tagName)].find((one) => one.isEqualNode(held));
    twin?.focus({ preventScroll: true });
  }

  function show(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html").getElementById("page");
    if (!fresh) throw new Error("not the live part");
    skew = Number(fresh.dataset.now) - Date.now();
    isOver = "over" in fresh.dataset;
    if (said.textContent !== fresh.dataset.said) said.textContent = fresh.dataset.said;
    replace(part(), fresh);
    tick();
  }

  async function refresh() {
    window.clearTimeout(timer);
    isSoon = false;
    if (isOver) return;
    if (isAsking) {
      isStale = true;
      return;
    }
    isAsking = true;
    isStale = false;
    try {
      const answer = await fetch(at(live.dataset.live), { cache: "no-store", headers: { accept: "text/html" }, signal: AbortSignal.timeout(PATIENCE_MS) });
      // Whoever is logged out is sent to another page.
      if (answer.redirected) location.reload();
      if (answer.status !== 200 && answer.status !== 503) throw new Error(String(answer.status));
      show(await answer.text());
      shownAt = new Date();
      tell(isOver ? "over" : source?.readyState === 1 ? "live" : "polling");
    } catch {
      tell("lost");
    }
    isAsking = false;
    if (isOver) source?.close();
    else if (isStale) soon();
    else if (!isSoon) timer = window.setTimeout(refresh, again());
  }

  function again() {
    if (link.dataset.is === "lost") return PAUSE_WHEN_LOST_MS;
    return Math.min(LONGEST_PAUSE_MS, (Number(part()?.dataset.again) || 30) * 1000);
  }

  // Events that follow each other without a pause do not put it off.
  function soon() {
    if (isSoon) return;
    isSoon = true;
    window.clearTimeout(timer);
    timer = window.setTimeout(refresh, AFTER_EVENT_MS);
  }

  // ---- how fresh all is

  const HOW = {
    live: () => "This page is live.",
    over: () => "It is over. This page changes no more.",
    polling: () => `Live updates are cut off; this page looks again every ${again() / 1000} seconds.`,
    lost: () => `This page can’t reach the server. What it shows is from ${times.clock.format(shownAt)}. It keeps trying.`,
  };

  // What has not changed is not read out again.
  function tell(how) {
    link.dataset.is = how;
    document.body.classList.toggle("lost", how === "lost");
    const words = HOW[how]();
    if (link.textContent !== words) link.textContent = words;
  }

  // ---- events

  function listen(url) {
    source?.close();
    // Nobody looks: a browser has few connections, and so has the server.
    if (document.hidden || isOver) return;
    source = new EventSource(at(url));
    source.onopen = () => {
      failures = 0;
      soon();
    };
    source.onmessage = soon;
    source.onerror = () => {
      if (link.dataset.is !== "lost") tell("polling");
      // A browser comes back by itself, unless it was refused: then with a ticket, which is good for one stream, or as
      // before where there are none.
      if (source.readyState === 2) window.setTimeout(live.dataset.ticket ? listenWithTicket : listenAgain, Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** failures++));
    };
  }

  function listenAgain() {
    listen(`${live.dataset.events}?unnamed`);
  }

  async function listenWithTicket() {
    try {
      const answer = await fetch(at(live.dataset.ticket), { method: "POST" });
      if (!answer.ok) throw new Error(String(answer.status));
      const { ticket } = await answer.json();
      listen(`${live.dataset.events}?unnamed&ticket=${encodeURIComponent(ticket)}`);
    } catch {
      window.setTimeout(listenWithTicket, Math.min(LONGEST_PAUSE_MS, 1000 * 2 ** failures++));
    }
  }

  skew = Number(part().dataset.now) - Date.now();
  window.setInterval(tick, 250);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return source?.close();
    refresh();
    listenAgain();
  });
  // A branch may keep its status for half a second.
  document.addEventListener("responder:changed", () => {
    refresh();
    window.setTimeout(refresh, 1000);
  });
  window.addEventListener("online", refresh);
  listenAgain();
  timer = window.setTimeout(refresh, again());
})();
