// Watches one branch from another origin: nothing but the branch's API.
"use strict";

const KEPT = 100;
const POLL_MS = 30_000;
const page = Object.fromEntries([...document.querySelectorAll("[id]")].map((element) => [element.id, element]));
let branch = null;

page.origin.textContent = location.origin;

class Branch {
  constructor(address, token) {
    this.address = address.replace(/\/+$/, "");
    this.token = token;
    this.seen = null;
  }

  async ask(method, path, body) {
    // The status is public: there, a browser may send no token to another origin.
    const headers = path === "/api/status" ? {} : { authorization: `Bearer ${this.token}` };
    if (body) {
      headers["content-type"] = "application/json";
      headers["idempotency-key"] = body.key;
    }
    const request = { method, headers, body: body && JSON.stringify(body.fields), cache: "no-store" };
    const response = await fetch(this.address + path, request).catch(() => {
      throw new Error("The branch can't be reached, or does not allow this page.");
    });
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(answer.message ?? `The branch answered ${response.status}.`);
    return answer;
  }

  // A ticket is good for one connection, so that each begins with a new one, after the last event that was seen.
  async follow() {
    const { ticket } = await this.ask("POST", "/api/events/ticket");
    if (this !== branch) return;
    const query = new URLSearchParams({ ticket, unnamed: "" });
    if (this.seen) query.set("after", this.seen);
    this.stream = new EventSource(`${this.address}/api/events?${query}`);
    this.stream.onopen = () => trouble(null);
    this.stream.onmessage = (message) => {
      this.seen = message.lastEventId;
      show(JSON.parse(message.data));
      look();
    };
    this.stream.onerror = () => {
      this.stream.close();
      this.again();
    };
  }

  // What somebody has looked away from meanwhile has nothing to tell any more.
  begin() {
    if (this !== branch) return;
    this.follow().catch((error) => {
      if (this === branch) trouble(error);
      this.again();
    });
  }

  again() {
    if (this !== branch) return;
    setTimeout(() => this.begin(), 2000);
  }

  leave() {
    this.stream?.close();
  }
}

function trouble(error) {
  page.trouble.hidden = !error;
  page.trouble.textContent = error?.message ?? "";
}

function line(at, words, picture) {
  const time = document.createElement("time");
  time.dateTime = at;
  time.textContent = new Date(at).toLocaleTimeString();
  const item = document.createElement("li");
  item.append(time, " ", ...(picture ? [picture, " "] : []), words);
  return item;
}

// The first word that is found in the name of an event has its picture. The log's own are emoji, for which not every
// device has a font.
const PICTURES = Object.entries({
  concluded: "over", cancel: "cancelled", nobody: "alert", fail: "alert", error: "alert", unreachable: "alert", fallback: "alert",
  alert: "alert", accepted: "accepted", escalated: "next", passed: "next", webhook: "reported", bridged: "talk", talk: "talk",
  hold: "hold", voicemail: "message", recording: "message", sms: "text", mail: "mail", call: "call", conference: "call",
});

function pictureOf(event) {
  const name = event.toLowerCase();
  const [, picture] = PICTURES.find(([word]) => name.includes(word)) ?? [null, "other"];
  const [svg, use] = ["svg", "use"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  svg.classList.add("icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${picture}`);
  svg.append(use);
  return svg;
}

function show(event) {
  page["nothing-yet"].hidden = true;
  page.timeline.prepend(line(event.timestamp, event.event.replaceAll("_", " "), pictureOf(event.event)));
  while (page.timeline.children.length > KEPT) page.timeline.lastChild.remove();
}

let looking = null;

// One look serves all events that come while it lasts.
function look() {
  looking ??= Promise.all([branch.ask("GET", "/api/status"), branch.ask("GET", "/api/emergencies?limit=10&with_open")])
    .then(([status, list]) => {
      page.status.textContent = `${status.status}: ${status.message}`;
      page.status.dataset.state = status.status;
      active(list.emergencies.filter((one) => one.phase !== "concluded"));
    })
    .catch(trouble)
    .finally(() => (looking = null));
  return looking;
}

function active(emergencies) {
  page["nothing-active"].hidden = emergencies.length > 0;
  page.active.replaceChildren(...emergencies.map((one) => {
    const who = one.technician.name ?? one.technician.number;
    const held = one.legs.find((leg) => !leg.ended_at);
    const hold = held ? `; the customer has held for ${held.hold_seconds} s` : "";
    return line(one.created_at, `${one.phase}: ${one.customer.name || "no name"}, technician ${who}${hold}`);
  }));
}

page.connect.addEventListener("submit", (event) => {
  event.preventDefault();
  const { address, token } = Object.fromEntries(new FormData(page.connect));
  sessionStorage.setItem("branch", JSON.stringify({ address, token }));
  watch(address, token);
});

function watch(address, token) {
  branch?.leave();
  branch = new Branch(address, token);
  trouble(null);
  page.timeline.replaceChildren();
  page["nothing-yet"].hidden = false;
  look();
  branch.begin();
}

page.trigger.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!branch) return void (page.answer.textContent = "Say first which branch.");
  const fields = Object.fromEntries([...new FormData(page.trigger)].filter(([, value]) => value));
  // The same key as long as the same form was not taken: pressing again reports nothing twice.
  page.trigger.dataset.key ??= crypto.randomUUID();
  try {
    const answer = await branch.ask("POST", "/webhook", { fields, key: page.trigger.dataset.key });
    delete page.trigger.dataset.key;
    page.trigger.reset();
    page.answer.textContent = answer.message;
  } catch (error) {
    page.answer.textContent = error.message;
  }
});
page.trigger.addEventListener("input", () => delete page.trigger.dataset.key);

async function logs(ask) {
  if (!branch) return void (page["log-answer"].textContent = "Say first which branch.");
  try {
    await ask();
  } catch (error) {
    page["log-answer"].textContent = error.message;
  }
}

page.load.addEventListener("click", () => logs(async () => {
  const answer = await branch.ask("GET", "/api/logs?recent=50");
  page["log-answer"].textContent = `${answer.count} entries, newest first`;
  page.logs.replaceChildren(...answer.logs.map((entry) => line(entry.raw_timestamp, entry.title, pictureOf(entry.event ?? entry.title))));
}));

page.clear.addEventListener("click", () => logs(async () => {
  if (!confirm("Archive the log of this branch?")) return;
  const answer = await branch.ask("DELETE", "/api/logs");
  page.logs.replaceChildren();
  page["log-answer"].textContent = answer.message;
}));

setInterval(() => branch && look(), POLL_MS);

const kept = JSON.parse(sessionStorage.getItem("branch") ?? "null");
if (kept) {
  page.connect.elements.address.value = kept.address;
  page.connect.elements.token.value = kept.token;
  watch(kept.address, kept.token);
}
