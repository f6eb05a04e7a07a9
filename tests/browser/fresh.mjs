// What pages say of how fresh they are, when streams are cut, when nothing can be reached, and when all is well again. The
// clock of the page is ours: nobody waits for half a minute.
import { act, assert, failed, look, noTroubles, open, person, says, step, town } from "./lib.mjs";

const browser = await open();
const EVERY_MS = 30_000;

async function report(customer) {
  const answer = await fetch(`${town.branch}/webhook`, {
    method: "POST",
    headers: { authorization: `Bearer ${town.token}`, "content-type": "application/json" },
    body: JSON.stringify({ chosen_phone: town.technician, customer_name: customer, user_stated_callback_number: town.customer }),
  });
  assert.equal(answer.status, 200);
  return (await answer.json()).emergency_id;
}

async function cancel(id) {
  const headers = { authorization: `Bearer ${town.token}` };
  const answer = await fetch(`${town.branch}/api/emergencies/${id}/cancel`, { method: "POST", headers });
  assert.equal(answer.status, 200);
}

// How often the page has asked for the part that changes.
function asked(page, part) {
  const count = { is: 0 };
  page.on("request", (request) => (count.is += Number(new URL(request.url()).pathname.endsWith(part))));
  return count;
}

// From here on the time of the page stands still, unless we move it; right after it has looked.
async function standStill(page) {
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1000));
  const shown = await page.locator("#page").getAttribute("data-now");
  await page.clock.fastForward(EVERY_MS);
  await page.locator(`#page:not([data-now="${shown}"])`).waitFor();
}

async function polls(page, { at, events, live }) {
  const count = asked(page, live);
  await page.clock.install();
  await page.route(events, (route) => route.abort());
  await page.goto(at);
  await says(page, "#link", "Live updates are cut off; this page looks again every 30 seconds.");
  await says(page, "#now .empty", "No emergency is open.");
  await standStill(page);
  const before = count.is;
  const id = await report("Hal Example");
  await page.clock.runFor(EVERY_MS - 1000);
  assert.equal(count.is, before, "it looks again sooner than it says");
  assert.equal(await page.locator("#now article").count(), 0, "it hears of events all the same");
  await page.clock.runFor(1000);
  await says(page, "#now article", "Hal Example");
  assert.equal(count.is, before + 1);
  await says(page, "#link", "looks again every 5 seconds");
  await page.clock.resume();
  return id;
}

// The browser comes back by itself.
async function isLiveAgain(page, events, id) {
  await page.unroute(events);
  await says(page, "#link", "This page is live.");
  await cancel(id);
  await says(page, "#now .empty", "No emergency is open.");
}

async function loses(page, at, name) {
  await page.route(`${at}/**`, (route) => route.abort());
  await page.evaluate(() => document.dispatchEvent(new Event("responder:changed")));
  await says(page, "#link", "can’t reach the server");
  await look(page, name);
  await page.unroute(`${at}/**`);
  await says(page, "#link", "This page is live.");
}

try {
  await act("nobody_picks_up");

  step("a page of the admin server goes on without streams");
  const ada = await person(browser);
  await ada.goto(`${town.admin}/login`);
  await ada.getByLabel("Name").fill(town.username);
  await ada.getByLabel("Password").fill(town.password);
  await ada.getByRole("button", { name: "Log in" }).click();
  await says(ada, "#b-tuc .word", "Ready");
  const events = `${town.admin}/api/branch/tuc/events*`;
  let id = await polls(ada, { at: `${town.admin}/branch/tuc`, events, live: "/branch/tuc/live" });
  await look(ada, "branch-polling");
  step("it is live again when they are back");
  await isLiveAgain(ada, events, id);
  step("it says so when it reaches nothing");
  await loses(ada, town.admin, "branch-lost");

  step("the status page of a branch does the same");
  const operator = await person(browser, { httpCredentials: { username: "operator", password: town.operator } });
  id = await polls(operator, { at: `${town.branch}/status`, events: `${town.branch}/api/events*`, live: "/status/live" });
  await look(operator, "status-polling");
  await isLiveAgain(operator, `${town.branch}/api/events*`, id);
  await loses(operator, town.branch, "status-lost");
  noTroubles();
} catch (error) {
  await failed(browser, error);
}
await browser.close();
process.exit(0);
