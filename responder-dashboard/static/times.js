// Times as whoever looks at a page reads them, for all scripts of the page.
"use strict";

const times = (() => {
  const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

  function localize(root) {
    for (const time of root.querySelectorAll("time[datetime]")) {
      const at = new Date(time.dateTime);
      if (Number.isNaN(at.getTime())) continue;
      time.textContent = ("long" in time.dataset ? day : clock).format(at);
      time.title = at.toLocaleString();
    }
  }

  localize(document);
  const zone = document.getElementById("zone");
  if (zone) zone.textContent = `Times are those of ${Intl.DateTimeFormat().resolvedOptions().timeZone || "this device"}.`;
  return { localize, clock };
})();
