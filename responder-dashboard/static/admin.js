// What pages of the admin server do by themselves: alerts, dialogs, forms, times, recordings, settings.
"use strict";

(() => {
  const body = document.body;
  const base = body.dataset.base ?? "";
  const ALERTS_MS = 30000;

  // ---- asking the server

  async function ask(method, path, sent, headers = {}) {
    const request = { method, cache: "no-store", headers: { accept: "application/json", "x-csrf-token": body.dataset.csrf, ...headers } };
    if (sent !== undefined) {
      request.headers["content-type"] = "application/json";
      request.body = JSON.stringify(sent);
    }
    const response = await fetch(base + path, request).catch(() => {
      throw new Error("The server can’t be reached. It is unknown whether it was done; look before you try again.");
    });
    const answer = await response.json().catch(() => ({}));
    // A wrong password is no lost session.
    if (response.status === 401 && answer.code === "unauthorized") {
      location.assign(`${base}/login`);
      throw new Error("You have to log in again.");
    }
    if (!response.ok) {
      throw Object.assign(new Error(answer.message ?? `The server answered with status ${response.status}.`), { answer });
    }
    return answer;
  }

  // ---- times

  const zoneDay = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  const zoneClock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

  function localize(root) {
    for (const time of root.querySelectorAll("time[datetime]")) {
      const at = new Date(time.dateTime);
      if (Number.isNaN(at.getTime())) continue;
      time.textContent = ("long" in time.dataset ? zoneDay : zoneClock).format(at);
    }
  }

  // ---- alerts

  const alerts = document.getElementById("alerts");
  let alertTimer = 0;

  async function lookAtAlerts() {
    window.clearTimeout(alertTimer);
    try {
      const answer = await fetch(alerts.dataset.alerts, { cache: "no-store" });
      // Whoever is logged out is sent to another page.
      if (answer.redirected) location.assign(`${base}/login`);
      if (answer.ok && !answer.redirected) showAlerts(await answer.text());
    } catch {
      // The next look may work; the live part tells that the server is away.
    }
    alertTimer = window.setTimeout(lookAtAlerts, ALERTS_MS);
  }

  let alertText = "";

  function showAlerts(text) {
    if (text === alertText) return;
    alertText = text;
    const focus = alerts.contains(document.activeElement) ? document.activeElement.dataset.seen : null;
    const fresh = new DOMParser().parseFromString(text, "text/html");
    alerts.replaceChildren(...fresh.body.childNodes);
    localize(alerts);
    if (focus) alerts.querySelector(`[data-seen="${CSS.escape(focus)}"]`)?.focus();
  }

  async function see(button) {
    button.disabled = true;
    try {
      await ask("POST", `/api/branch/${button.dataset.branch}/alerts/seen`, { id: button.dataset.seen });
      await lookAtAlerts();
      document.getElementById("main").focus({ preventScroll: true });
    } catch (error) {
      button.disabled = false;
      button.after(say(document.createElement("span"), error.message));
    }
  }

  function say(element, text) {
    element.textContent = text;
    element.setAttribute("role", "alert");
    return element;
  }

  // ---- dialogs and buttons

  function open(button) {
    const dialog = document.getElementById(button.dataset.opens);
    if (!dialog) return;
    const form = dialog.querySelector("form");
    form.reset();
    form.dataset.id = button.dataset.id ?? "";
    for (const shows of dialog.querySelectorAll("[data-shows]")) shows.textContent = button.dataset[shows.dataset.shows] ?? "";
    dialog.querySelector(".answer").textContent = "";
    delete form.dataset.key;
    dialog.showModal();
    (dialog.querySelector("input, textarea, select") ?? dialog.querySelector("button")).focus();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.seen) see(button);
    else if (button.dataset.opens) open(button);
    else if ("closes" in button.dataset) button.closest("dialog").close();
    else if (button.dataset.does) act(button);
  });

  async function act(button) {
    button.disabled = true;
    try {
      done(await ask(button.dataset.does, button.dataset.to, {}));
    } catch (error) {
      done({ message: error.message });
    }
    button.disabled = false;
  }

  // What was done may have changed what is shown.
  function done(answer) {
    const place = document.getElementById("done");
    if (place) place.textContent = answer.message ?? "It is done.";
    document.dispatchEvent(new Event("responder:changed"));
    if (alerts.dataset.alerts) lookAtAlerts();
  }

  // ---- forms

  function fieldsOf(form) {
    const fields = {};
    for (const element of form.elements) {
      if (!element.name || element.disabled || element.name === "csrf_token") continue;
      if (element.type === "checkbox") fields[element.name] = element.checked;
      else if (element.value !== "") fields[element.name] = element.value;
    }
    return "user" in form.dataset ? userOf(fields) : fields;
  }

  function userOf(fields) {
    const user = { permissions: {} };
    for (const [name, value] of Object.entries(fields)) {
      const [, branch, permission] = name.match(/^perm_(.+?)_(view|trigger|disable|edit_basic|edit_advanced|restart)$/) ?? [];
      if (!branch) user[name] = name === "version" ? Number(value) : value;
      else if (value) (user.permissions[branch] ??= []).push(permission);
    }
    return user;
  }

  function keyOf(form) {
    if (!("idempotent" in form.dataset)) return {};
    form.dataset.key ||= [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return { "idempotency-key": form.dataset.key };
  }

  function unmark(form) {
    for (const element of form.querySelectorAll("[aria-invalid]")) element.removeAttribute("aria-invalid");
  }

  async function send(form) {
    const answer = form.querySelector(".answer");
    const button = form.querySelector("button.main");
    unmark(form);
    answer.textContent = "";
    button.disabled = true;
    try {
      const to = form.dataset.to.replace("{id}", encodeURIComponent(form.dataset.id ?? ""));
      const told = await ask(form.dataset.send, to, form.dataset.send === "DELETE" ? undefined : fieldsOf(form), keyOf(form));
      delete form.dataset.key;
      form.closest("dialog")?.close();
      if (form.dataset.then) location.assign(base + form.dataset.then);
      else done(told);
    } catch (error) {
      // What the form shows is old, and must not be sent again.
      if (error.answer?.code === "changed_meanwhile") {
        location.assign(`${base}${form.dataset.then.split("?")[0]}?said=changed_meanwhile`);
        return;
      }
      answer.textContent = error.message;
      const field = form.elements[error.answer?.field];
      if (field instanceof HTMLElement) {
        field.setAttribute("aria-invalid", "true");
        field.focus();
      }
    }
    button.disabled = false;
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.send) {
      event.preventDefault();
      send(form);
    } else if (form.id === "settings") {
      event.preventDefault();
      save(form);
    }
  });

  document.addEventListener("input", (event) => {
    const form = event.target.closest("form");
    // Another report is another emergency.
    if (form) delete form.dataset.key;
    for (const warning of form?.querySelectorAll(`[data-warns="${CSS.escape(event.target.name ?? "")}"]`) ?? []) {
      warning.hidden = !event.target.value.includes("#");
    }
  });

  // ---- settings: only what was changed is sent, so that what others may change is in nobody's way

  const form = document.getElementById("settings");
  const before = new Map();

  function peopleOf(group) {
    const rows = [...group.querySelectorAll("li")].map((row) => ({
      name: row.querySelector("[data-part=name]").value.trim(),
      number: row.querySelector("[data-part=number]").value.trim(),
    }));
    return rows.filter((row) => row.name || row.number).map((row) => (row.name ? row : { number: row.number }));
  }

  function settingsOf() {
    const settings = new Map();
    for (const element of form.elements) {
      if (!element.name || element.disabled) continue;
      settings.set(element.name, element.type === "checkbox" ? element.checked : element.value.trim());
    }
    for (const group of form.querySelectorAll("[data-phones]")) {
      if (group.querySelector("[data-add]")) settings.set(group.dataset.phones, JSON.stringify(peopleOf(group)));
    }
    for (const box of form.querySelectorAll("[data-clears]:checked")) settings.set(box.dataset.clears, []);
    return settings;
  }

  function changed() {
    const wanted = {};
    for (const [name, value] of settingsOf()) {
      if (before.get(name) === value) continue;
      const isList = form.querySelector(`[data-phones="${CSS.escape(name)}"]`);
      // An empty list is nobody; nothing at all would be whoever the environment of the server names.
      wanted[name] = isList ? JSON.parse(value) : value;
    }
    return wanted;
  }

  function faults(list) {
    let first = null;
    for (const [name, why] of Object.entries(list)) {
      const field = form.querySelector(`[data-field="${CSS.escape(name)}"]`);
      if (!field) continue;
      const fault = field.querySelector(".fault");
      fault.textContent = `This can’t be used: it ${why}.`.replace("it it ", "it ").replace(/: it (?=there|this|the |an? )/, ": ");
      fault.hidden = false;
      const control = field.querySelector(`[name="${CSS.escape(name)}"]`) ?? field.querySelector("[data-part=number]") ?? field.querySelector("button");
      for (const one of field.querySelectorAll("[data-part=number], [name]")) one.setAttribute("aria-invalid", "true");
      control.setAttribute("aria-describedby", `e-${name} d-${name}`);
      first ??= control;
    }
    first?.focus();
  }

  async function save() {
    const answer = form.querySelector(".answer");
    const button = form.querySelector("button.main");
    unmark(form);
    for (const fault of form.querySelectorAll(".fault")) fault.hidden = true;
    answer.textContent = "";
    const wanted = changed();
    if (Object.keys(wanted).length === 0) {
      answer.textContent = "Nothing is different from before.";
      return;
    }
    button.disabled = true;
    try {
      const told = await ask("POST", form.dataset.to, wanted, { "if-match": `"${form.dataset.revision}"` });
      sessionStorage.setItem("responder:said", told.message);
      location.reload();
      return;
    } catch (error) {
      answer.textContent = error.message;
      faults(error.answer?.invalid ?? {});
      faults(Object.fromEntries((error.answer?.denied_keys ?? []).map((name) => [name, "may not be changed by you"])));
    }
    button.disabled = false;
  }

  function startSettings() {
    for (const [name, value] of settingsOf()) before.set(name, value);
    const said = sessionStorage.getItem("responder:said");
    sessionStorage.removeItem("responder:said");
    if (said) form.querySelector(".answer").textContent = said;
    form.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      const group = button?.closest("[data-phones]");
      if (!group) return;
      const row = button.closest("li");
      if ("add" in button.dataset) {
        group.querySelector("ol").append(document.getElementById("person").content.cloneNode(true));
        group.querySelector("ol").lastElementChild.querySelector("input").focus();
        group.querySelector(".empty")?.remove();
      } else if ("up" in button.dataset) {
        row.previousElementSibling?.before(row);
        button.focus();
      } else if ("remove" in button.dataset) {
        (row.nextElementSibling ?? row.previousElementSibling)?.querySelector("input").focus();
        row.remove();
      }
    });
  }

  // ---- recordings

  const recordings = document.getElementById("recordings");

  function length(seconds) {
    if (seconds === null || seconds === undefined) return "";
    return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  }

  function recordingRow(one) {
    const row = document.createElement("li");
    const time = document.createElement("time");
    time.dateTime = one.date_created ?? "";
    time.dataset.long = "";
    const words = document.createElement("p");
    words.append(time, `: ${one.from ?? "somebody"} → ${one.to ?? "somebody"}${one.duration === null ? "" : `, ${length(one.duration)}`}`);
    row.append(words);
    if (one.media_url) {
      const player = document.createElement("audio");
      player.controls = true;
      player.preload = "none";
      player.src = one.media_url;
      player.setAttribute("aria-label", `Recording, ${length(one.duration)}`);
      const download = Object.assign(document.createElement("a"), { href: `${one.media_url}?download=`, textContent: "Download" });
      words.id = `recording-${one.sid}`;
      download.setAttribute("aria-describedby", words.id);
      row.append(player, download);
    } else {
      row.append(Object.assign(document.createElement("p"), { className: "empty", textContent: "It is not ready yet." }));
    }
    return row;
  }

  async function listRecordings(page) {
    const [said, list, more] = [recordings.querySelector("p"), recordings.querySelector("ol"), recordings.querySelector("button")];
    more.disabled = true;
    try {
      const told = await ask("GET", `${recordings.dataset.recordings.slice(base.length)}?page=${page}`);
      for (const one of told.recordings) list.append(recordingRow(one));
      localize(list);
      list.hidden = list.children.length === 0;
      said.textContent = list.children.length === 0 ? "Nothing has been recorded." : "";
      more.hidden = !told.next_page;
      more.textContent = "More";
      more.onclick = () => listRecordings(told.next_page);
    } catch (error) {
      said.textContent = `They can’t be listed: ${error.message}`;
      more.hidden = false;
      more.textContent = "Try again";
      more.onclick = () => listRecordings(page);
    }
    recordings.dataset.is = "listed";
    more.disabled = false;
  }

  // ---- everything begins

  localize(document);
  const zone = document.getElementById("zone");
  if (zone) zone.textContent = `Times are those of ${Intl.DateTimeFormat().resolvedOptions().timeZone || "this device"}.`;
  if (alerts.dataset.alerts) lookAtAlerts();
  if (form) startSettings();
  if (recordings) listRecordings(1);
})();
