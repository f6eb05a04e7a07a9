// The dashboard, as people use it.
import { act, assert, failed, look, noTroubles, open, person, says, step, town } from "./lib.mjs";

const at = (path) => `${town.admin}${path}`;
const browser = await open();

async function logIn(page, name, password) {
  await page.goto(at("/login"));
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Log in" }).click();
}

async function report(page, customer) {
  await page.getByRole("button", { name: "Report an emergency" }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("Technician’s number").fill(town.technician);
  await form.getByLabel("Customer").fill(customer);
  await form.getByLabel("Call back at").fill(town.customer);
  await form.getByLabel("Address").fill("12 Elm Street");
  await form.getByLabel("What happened").fill("A pipe burst in the cellar and the water is rising.");
  return form;
}

async function wrongPasswords() {
  step("wrong passwords slow the login down");
  // From an address of their own: the others shall not have to wait.
  const page = await person(browser, { extraHTTPHeaders: { "x-forwarded-for": "192.0.2.7" } });
  await page.goto(at("/"));
  assert.equal(new URL(page.url()).pathname, "/login", "whoever is not logged in is sent to log in");
  await look(page, "login");
  await logIn(page, "mallory", "wrong password");
  await says(page, "[role=alert]", "The name or password is wrong.");
  await look(page, "login-wrong");
  const throttled = page.locator("[role=alert]", { hasText: "too many failed attempts" });
  for (let tries = 1; (await throttled.count()) === 0; tries++) {
    assert.ok(tries < 10, "nothing slows the login down");
    await logIn(page, "mallory", "wrong password");
    await page.locator("[role=alert]").waitFor();
  }
  await look(page, "login-throttled");
  await page.context().close();
}

async function glance(page) {
  step("branches at a glance, and what needs attention");
  await logIn(page, town.username, town.password);
  await says(page, "#b-tuc .word", "Ready");
  await says(page, "#b-poc .word", "Offline");
  await says(page, ".alert", "The server of this branch does not answer");
  await says(page, "#link", "This page is live.");
  await look(page, "branches");
  await page.getByRole("link", { name: "Tucson", exact: true }).click();
  await says(page, ".alert", "Pocatello");
  await says(page, "#recordings p", "Nothing has been recorded.");
  await says(page, "#now .empty", "No emergency is open.");
  await look(page, "branch-quiet");
}

async function watchAnEmergency(page) {
  step("an emergency is reported and watched to its end");
  await act("technician_accepts");
  const form = await report(page, "Carla Example");
  await look(page, "branch-report");
  const began = Date.now();
  await form.getByRole("button", { name: "Call a technician" }).click();
  await says(page, "#state-word", "In Use");
  step(`the page shows it ${Date.now() - began} ms after the button was pressed`);
  await says(page, ".moment.ring", "rings");
  // What somebody is about to tap stays where it is, however often the page draws anew.
  const call = page.getByRole("link", { name: town.customer });
  assert.equal(await call.getAttribute("href"), `tel:${town.customer}`);
  await call.focus();
  const clock = page.locator("article.open header .clock");
  const first = await clock.textContent();
  await page.waitForFunction((text) => document.querySelector("article.open header .clock").textContent !== text, first);
  await look(page, "branch-ringing");
  await says(page, ".timeline", "accepted by a key");
  assert.ok(await call.evaluate((element) => element === document.activeElement), "the focus is lost");
  await act("customer_calls");
  await says(page, ".moment.hold", "is on hold");
  await look(page, "branch-hold");
  await says(page, ".timeline", "The two are connected and talk.");
  await look(page, "branch-talk");
  await says(page, "#past li", "Technician and customer talked.");
  await says(page, "#state-word", "Ready");
  await look(page, "branch-after");
  await page.locator("#past a").first().click();
  await says(page, "article", "It is over. Technician and customer talked.");
  await look(page, "emergency");
}

async function listen(page) {
  step("a recording is played");
  await page.goto(at("/branch/tuc"));
  await page.locator("#recordings audio").first().waitFor();
  const played = page.locator("#recordings audio").first().evaluate(async (audio) => {
    const heard = new Promise((done) => audio.addEventListener("timeupdate", () => audio.currentTime > 0 && done()));
    const failed = new Promise((_, refuse) => audio.addEventListener("error", () => refuse(new Error(audio.error.message))));
    await audio.play();
    await Promise.race([heard, failed]);
    return audio.currentTime;
  });
  assert.ok((await played) > 0);
  const kept = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download" }).first().click();
  assert.match((await kept).suggestedFilename(), /^RE[0-9a-f]{32}\.mp3$/);
  await look(page, "branch-recordings");
}

async function switchOff(page) {
  step("switched off, the branch refuses reports; switched on, it takes them");
  await page.getByRole("button", { name: "Switch off …" }).click();
  const dialog = page.getByRole("dialog");
  await look(page, "branch-disable");
  await dialog.getByRole("button", { name: "Switch it off" }).click();
  assert.ok(await dialog.isVisible(), "without a second confirmation nothing is done");
  await dialog.getByLabel("Reports shall be refused").check();
  await dialog.getByRole("button", { name: "Switch it off" }).click();
  await says(page, "#done", "takes no more reports");
  await says(page, "#state-word", "Disabled");
  const refused = await fetch(`${town.branch}/webhook`, {
    method: "POST",
    headers: { authorization: `Bearer ${town.token}`, "content-type": "application/json" },
    body: JSON.stringify({ chosen_phone: town.technician, customer_name: "Zed Example" }),
  });
  assert.equal(refused.status, 503);
  assert.equal((await refused.json()).code, "disabled");
  const form = await report(page, "Zed Example");
  await form.getByRole("button", { name: "Call a technician" }).click();
  await says(page, "dialog[open] .answer", "switched off");
  await form.getByRole("button", { name: "Back" }).click();
  await look(page, "branch-disabled");
  await page.getByRole("button", { name: "Switch on" }).click();
  await says(page, "#state-word", "Ready");
}

async function cancelOne(page) {
  step("an emergency is cancelled");
  const form = await report(page, "Dora Example");
  await form.getByRole("button", { name: "Call a technician" }).click();
  const id = (await page.locator("article.open").getAttribute("id")).replace("e-", "");
  const own = await page.context().newPage();
  await own.goto(at(`/branch/tuc/emergency/${id}`));
  await says(own, "#link", "This page is live.");
  await says(own, ".timeline", "accepted by a key");
  await look(own, "emergency-open");
  step("the emergency’s own page keeps what it knows while the branch can’t be reached, and says so");
  const parts = `${at("/branch/tuc/emergency/")}*/live`;
  await own.route(parts, (route) => route.fulfill({ contentType: "text/html", body: `<div id="page" data-now="${Date.now()}" data-said="x" data-keeps><section id="trouble" class="card trouble"><p>Away.</p></section></div>` }));
  await own.evaluate(() => document.dispatchEvent(new Event("responder:changed")));
  await says(own, "#trouble", "Away.");
  assert.equal(await own.locator("article.open .timeline li").count() > 0, true);
  await own.unroute(parts);
  await own.evaluate(() => document.dispatchEvent(new Event("responder:changed")));
  await own.locator("#trouble").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Cancel this emergency" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel the emergency" }).click();
  await says(page, "#past li", "It was cancelled.");
  await says(own, "article.past .outcome", "It was cancelled.");
  await says(own, "#link", "It is over. This page changes no more.");
  await own.close();
}

async function nobodyAccepts(page) {
  step("nobody accepts: every page says so until somebody has seen it");
  await act("everybody_is_busy");
  const form = await report(page, "Emil Example");
  await form.getByRole("button", { name: "Call a technician" }).click();
  await says(page, "article.open .timeline", "Everybody was tried; nobody accepted.");
  await says(page, "#state-word", "Error");
  await says(page, "#alerts-said", "Nobody accepted an emergency");
  await page.goto(at("/"));
  await says(page, "#b-tuc .urgent", "Call the customer.");
  await look(page, "branches-urgent");
  await page.goto(at("/figures"));
  await says(page, ".alert", "Nobody accepted an emergency");
  await look(page, "figures");
  step("on a phone, several alerts are a line each, which unfold by keyboard");
  await page.goto(at("/"));
  const alert = page.locator(".alert", { hasText: "Nobody accepted an emergency" });
  await alert.waitFor();
  const seen = alert.getByRole("button", { name: "I have seen this" });
  await look(page, "alerts");
  assert.ok(await seen.isVisible(), "where there is room, all of it is there without unfolding");
  await page.setViewportSize({ width: 390, height: 844 });
  assert.ok((await page.locator(".alert").count()) > 1);
  assert.ok((await page.locator(".alerts").boundingBox()).height < 844 / 4, "alerts leave room for what goes on");
  assert.ok(!(await seen.isVisible()));
  await alert.locator("summary").focus();
  await page.keyboard.press("Enter");
  await seen.waitFor();
  await look(page, "alerts-unfolded");
  await page.goto(at("/audit"));
  await alert.getByRole("button", { name: "I have seen this" }).click();
  await alert.waitFor({ state: "detached" });
  await page.goto(at("/"));
  await says(page, ".alert", "Pocatello");
  assert.equal(await alert.count(), 0, "what was seen is shown no more");
}

async function editSettings(page) {
  step("settings: a bad number is refused in words, people have names");
  await page.goto(at("/branch/tuc/settings"));
  await look(page, "settings");
  assert.ok(!(await page.content()).includes("auth-token-of"), "secrets are not on the page");
  const answered = page.getByLabel("What counts as answered by the general line");
  assert.equal(await answered.inputValue(), "answered", "what is not set shows what is used");
  const number = page.getByLabel("Number that the general line sees");
  await number.fill("call me");
  await page.getByRole("button", { name: "Save" }).click();
  await says(page, "[data-field=TWILIO_TRANSFER_NUMBER] .fault", "can’t be used");
  assert.equal(await number.getAttribute("aria-invalid"), "true");
  assert.ok(await number.evaluate((element) => element === document.activeElement), "what is wrong has the focus");
  await look(page, "settings-refused");
  await number.fill("+1 500 555 0033");
  const phones = page.getByRole("group", { name: "Recipient phones" });
  await phones.getByRole("button", { name: "Add a person" }).click();
  await phones.getByLabel("Name").last().fill("Fay Example");
  await phones.getByLabel("Number").last().fill("+1 500 555 0034");
  await page.getByRole("button", { name: "Save" }).click();
  await says(page, ".save .answer", "stored");
  await page.reload();
  assert.equal(await phones.getByLabel("Name").last().inputValue(), "Fay Example");
  assert.equal(await phones.getByLabel("Number").last().inputValue(), "+15005550034");
  assert.equal(await number.inputValue(), "+15005550033");
}

async function goBack(page) {
  step("a setting goes back to what the environment says, without a script");
  const plain = await page.context().browser().newContext({ javaScriptEnabled: false, storageState: await page.context().storageState() });
  const still = await plain.newPage();
  await still.goto(at("/branch/tuc/settings"));
  const field = still.locator("[data-field=attempts_per_technician]");
  await field.locator("summary").focus();
  await still.keyboard.press("Enter");
  await field.getByText("the default counts").waitFor();
  await still.keyboard.press("Tab");
  await still.keyboard.press("Enter");
  await says(still, ".note", "is no longer set here");
  assert.equal(await field.locator("summary").count(), 0);
  await plain.close();
  await page.reload();
  await page.locator("[data-field=RECIPIENT_PHONES] summary").click();
  await page.locator("[data-field=TWILIO_AUTH_TOKEN] summary").click();
  await look(page, "settings-back");
}

async function anotherUser(page) {
  step("a user who may only look at one branch reaches nothing else");
  await page.goto(at("/users"));
  const form = page.locator("section", { hasText: "Add a user" });
  await form.getByLabel("Name").fill("bob");
  await form.getByLabel("Password").fill("short");
  await form.getByLabel("Password").fill("another good password");
  await form.getByLabel("View, Tucson").check();
  await look(page, "users");
  await form.getByRole("button", { name: "Add" }).click();
  await says(page, ".note", "The user was added.");
  await says(page, ".users", "Tucson: view");
  const bob = await person(browser);
  await logIn(bob, "bob", "another good password");
  await says(bob, "#b-tuc .word", /Ready|In Use|Error/);
  assert.equal(await bob.locator("#branches > section").count(), 1);
  assert.equal(await bob.locator(".alert", { hasText: "Pocatello" }).count(), 0);
  assert.equal(await bob.getByRole("link", { name: "Users" }).count(), 0);
  await bob.getByRole("link", { name: "Tucson", exact: true }).click();
  await says(bob, "#state-word", /Ready|In Use|Error/);
  for (const name of ["Report an emergency", "Switch off …", "Restart its server"]) {
    assert.equal(await bob.getByRole("button", { name }).count(), 0, name);
  }
  await look(bob, "branch-only-view");
  for (const path of ["/branch/poc", "/branch/poc/settings", "/users", "/audit"]) {
    const answer = await bob.goto(at(path));
    assert.equal(answer.status(), 403, path);
    await says(bob, "[role=alert]", "not allowed");
  }
  await look(bob, "not-allowed");
  await bob.goto(at("/"));
  const refused = await bob.evaluate(async () => {
    const ask = (path, method, body) =>
      fetch(path, {
        method,
        headers: { "content-type": "application/json", "x-csrf-token": document.body.dataset.csrf },
        body: body && JSON.stringify(body),
      }).then((answer) => answer.status);
    return Promise.all([
      ask("/api/branch/tuc/trigger", "POST", { chosen_phone: "+15005550001", customer_name: "x", user_stated_callback_number: "x", incident_address: "x", emergency_description_text: "x" }),
      ask("/api/branch/tuc/disable", "POST", { confirm: true }),
      ask("/api/branch/tuc/settings", "POST", { enable_texts: false }),
      ask("/api/branch/tuc/logs", "DELETE"),
      ask("/api/branch/poc/status", "GET"),
      ask("/api/branch/poc/events", "GET"),
      ask("/api/users", "GET"),
      ask("/api/audit", "GET"),
    ]);
  });
  assert.deepEqual(refused, Array(8).fill(403));
  await bob.context().close();
}

async function theRest(page) {
  step("the log, one's own password, what was done");
  await page.goto(at("/branch/tuc"));
  await page.getByRole("button", { name: "Send its log somewhere" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Address").fill("https://viewer.example.com/#!/view/1");
  await says(page, "#viewer", "an address for looking");
  await look(page, "branch-firehose");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Archive its log" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Archive it" }).click();
  await page.locator("#done:not(:empty)").waitFor();
  await page.goto(at("/password"));
  await page.getByLabel("Present password").fill("not this one");
  await page.getByLabel("New password").fill("a still better password");
  await page.getByRole("button", { name: "Change it" }).click();
  await says(page, ".answer", "not your current password");
  assert.equal(await page.getByLabel("Present password").getAttribute("aria-invalid"), "true");
  await look(page, "password");
  await page.goto(at("/audit"));
  for (const words of ["Switched a branch off", "Changed settings", "Added a user", "Saw an alert", "Listened to a recording"]) {
    await says(page, ".audit", words);
  }
  await look(page, "audit");
  await page.getByRole("button", { name: "Log out" }).click();
  await page.getByLabel("Password").waitFor();
}

try {
  await wrongPasswords();
  const page = await person(browser);
  await glance(page);
  await watchAnEmergency(page);
  await listen(page);
  await switchOff(page);
  await cancelOne(page);
  await nobodyAccepts(page);
  await editSettings(page);
  await goBack(page);
  await anotherUser(page);
  await theRest(page);
  noTroubles();
} catch (error) {
  await failed(browser, error);
}
await browser.close();
process.exit(0);
