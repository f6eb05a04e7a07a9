// What pages of the admin server do by themselves: alerts, dialogs, forms. `desk` is what their other scripts need of it.
"use strict";

const desk = (() => {
  const body = document.body;
  const base = body.dataset.base ?? "";
  const ALERTS_MS = 30000;
  const PATIENCE_MS = 15000; // A phone that has lost its network does not notice by itself.
  const DONE_MS = 20000;

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

  // What was not changed is not read out again.
  function tell(place, text, kind = "") {
    place.classList.toggle("fault", kind === "fault");
    if (place.textContent !== text) place.textContent = text;
  }

  // ---- alerts

  const alerts = document.getElementById("alerts");
  const said = document.getElementById("alerts-said");
  let alertTimer = 0;

  async function lookAtAlerts() {
    window.clearTimeout(alertTimer);
    try {
      const answer = await fetch(alerts.dataset.alerts, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
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
    const held = alerts.contains(document.activeElement) ? document.activeElement : null;
    const [inAlert, tag] = [held?.closest("[data-alert]")?.dataset.alert, held?.tagName];
    const shown = new Map(alertsShown().map((one) => [one.dataset.alert, one.firstElementChild.open]));
    const fresh = new DOMParser().parseFromString(text, "text/html");
    alerts.replaceChildren(...fresh.body.childNodes);
    times.localize(alerts);
    for (const one of alertsShown()) {
      if (shown.has(one.dataset.alert)) one.firstElementChild.open = shown.get(one.dataset.alert);
      if (inAlert === one.dataset.alert) one.querySelector(tag)?.focus();
    }
    // Who hears the page hears of what is new; the rest they have met on their way through it.
    const added = alertsShown().filter((one) => !shown.has(one.dataset.alert));
    if (added.length > 0) tell(said, added.map((one) => one.querySelector(".message").textContent).join(". "));
  }

  function alertsShown() {
    return [...alerts.querySelectorAll("[data-alert]")];
  }

  async function see(button) {
    button.disabled = true;
    try {
      await ask("POST", `/api/branch/${button.dataset.branch}/alerts/seen`, { id: button.dataset.seen });
      await lookAtAlerts();
      document.getElementById("main").focus({ preventScroll: true });
    } catch (error) {
      button.disabled = false;
      const told = Object.assign(document.createElement("p"), { className: "fault", textContent: error.message });
      told.setAttribute("role", "alert");
      button.parentElement.querySelector(".fault")?.remove();
      button.after(told);
    }
  }

  // ---- dialogs and buttons

  function open(button) {
    const dialog = document.getElementById(button.dataset.opens);
    if (!dialog) return;
    const form = dialog.querySelector("form");
    form.reset();
    form.dataset.id = button.dataset.id ?? "";
    for (const shows of dialog.querySelectorAll("[data-shows]")) shows.textContent = button.dataset[shows.dataset.shows] ?? "";
    tell(dialog.querySelector(".answer"), "");
    unmark(form);
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
      done({ message: error.message }, "fault");
    }
    button.disabled = false;
  }

  let doneTimer = 0;

  // What was done may have changed what is shown. What went wrong stays; what went well is soon an old story.
  function done(answer, kind) {
    const place = document.getElementById("done");
    window.clearTimeout(doneTimer);
    if (place) {
      tell(place, answer.message ?? "It is done.", kind);
      if (kind !== "fault") doneTimer = window.setTimeout(() => tell(place, ""), DONE_MS);
    }
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
    tell(answer, "");
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
      tell(answer, error.message, "fault");
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
    } else if (form.dataset.keeps) {
      sessionStorage.setItem("responder:name", form.elements[form.dataset.keeps].value);
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

  // Whoever mistyped a password need not type their name again.
  function startLogin(form) {
    const [name, password] = [form.elements[form.dataset.keeps], form.querySelector("[type=password]")];
    const kept = sessionStorage.getItem("responder:name");
    sessionStorage.removeItem("responder:name");
    if (!kept || !document.getElementById("trouble")) return;
    name.value = kept;
    password.focus();
  }

  const login = document.querySelector("form[data-keeps]");
  if (login) startLogin(login);
  if (alerts.dataset.alerts) lookAtAlerts();
  return { ask, base, tell, unmark };
})();
