// How the settings of a branch are edited. Only what was changed is sent, so that what others may change is in nobody's
// way.
"use strict";

(() => {
  const { ask, tell, unmark } = desk;
  const KEPT = "responder:said";
  const form = document.getElementById("settings");
  const answer = form.querySelector(".answer");
  const before = new Map();
  let isLeaving = false;

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

  // ---- what is wrong stands at its field

  function fieldOf(name) {
    return form.querySelector(`[data-field="${CSS.escape(name)}"]`);
  }

  function point(list) {
    let first = null;
    for (const [name, why] of Object.entries(list)) {
      const field = fieldOf(name);
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
    const button = form.querySelector("button.main");
    unmark(form);
    for (const fault of form.querySelectorAll(".fault[id]")) fault.hidden = true;
    tell(answer, "");
    const wanted = changed();
    if (Object.keys(wanted).length === 0) {
      tell(answer, "Nothing is different from before.");
      return;
    }
    button.disabled = true;
    try {
      const told = await ask("POST", form.dataset.to, wanted, { "if-match": `"${form.dataset.revision}"` });
      sessionStorage.setItem(KEPT, told.message);
      isLeaving = true;
      location.reload();
      return;
    } catch (error) {
      tell(answer, error.message, "fault");
      point(error.answer?.invalid ?? {});
      point(Object.fromEntries((error.answer?.denied_keys ?? []).map((name) => [name, "may not be changed by you"])));
    }
    button.disabled = false;
  }

  function count() {
    const place = form.querySelector("[data-count]");
    if (!place) return;
    const many = Object.keys(changed()).length;
    place.textContent = many === 0 ? "" : many === 1 ? "One change is not saved yet." : `${many} changes are not saved yet.`;
  }

  // ---- lists of people

  function edit(button, group) {
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
    count();
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const group = button?.closest("[data-phones]");
    if (group) edit(button, group);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  form.addEventListener("input", count);
  // A browser asks before what was typed is lost.
  window.addEventListener("beforeunload", (event) => {
    if (!isLeaving && Object.keys(changed()).length > 0) event.preventDefault();
  });

  for (const [name, value] of settingsOf()) before.set(name, value);
  const said = sessionStorage.getItem(KEPT);
  sessionStorage.removeItem(KEPT);
  if (said && answer) tell(answer, said);
})();
