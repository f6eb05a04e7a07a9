// Lists the recordings of a branch, a page at a time.
"use strict";

(() => {
  const { ask, base } = desk;
  const place = document.getElementById("recordings");
  const [said, list, more] = [place.querySelector("p"), place.querySelector("ol"), place.querySelector("button")];

  function length(seconds) {
    if (seconds === null || seconds === undefined) return "";
    return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  }

  function paragraph(className, ...parts) {
    const element = document.createElement("p");
    element.className = className;
    element.append(...parts);
    return element;
  }

  function row(one) {
    const time = document.createElement("time");
    time.dateTime = one.date_created ?? "";
    time.dataset.long = "";
    const duration = length(one.duration);
    const words = paragraph("", time, `: ${one.from ?? "somebody"} → ${one.to ?? "somebody"}${duration && `, ${duration}`}`);
    words.id = `recording-${one.sid}`;
    const item = document.createElement("li");
    item.append(words, ...(one.media_url ? player(one, words.id, duration) : [paragraph("empty", "It is not ready yet.")]));
    return item;
  }

  function player(one, about, duration) {
    const audio = document.createElement("audio");
    Object.assign(audio, { controls: true, preload: "none", src: one.media_url });
    audio.setAttribute("aria-label", `Recording, ${duration}`);
    const download = Object.assign(document.createElement("a"), { href: `${one.media_url}?download=`, textContent: "Download" });
    download.className = "tap";
    download.setAttribute("aria-describedby", about);
    return [audio, download];
  }

  async function look(page) {
    more.disabled = true;
    try {
      const told = await ask("GET", `${place.dataset.recordings.slice(base.length)}?page=${encodeURIComponent(page)}`);
      list.append(...told.recordings.map(row));
      times.localize(list);
      list.hidden = list.children.length === 0;
      // A look at an account that others use, too, ends after a while.
      const nothing = told.next_page ? "None yet among the newest. Look further back." : "Nothing has been recorded.";
      say(list.hidden ? nothing : "");
      goOn(told.next_page ? "More" : "", told.next_page);
    } catch (error) {
      say(`They can’t be listed: ${error.message}`);
      goOn("Try again", page);
    }
    more.disabled = false;
  }

  function say(text) {
    said.hidden = !text;
    said.textContent = text;
  }

  function goOn(words, page) {
    more.textContent = words;
    more.onclick = () => look(page);
    more.hidden = more.parentElement.hidden = !words;
  }

  look(1);
})();
