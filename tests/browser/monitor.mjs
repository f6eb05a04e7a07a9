// A static page on another origin, and nothing but the API of a branch.
import { act, assert, failed, look, noTroubles, open, person, says, step, town } from "./lib.mjs";

const browser = await open();

try {
  const page = await person(browser);
  page.on("dialog", (dialog) => dialog.accept());
  await page.goto(town.monitor);
  await look(page, "monitor-before");

  step("a wrong token is told in words");
  await page.getByLabel("Address").first().fill(town.branch);
  await page.getByLabel("Token").fill("not the token");
  await page.getByRole("button", { name: "Watch" }).click();
  await says(page, "#trouble", "credentials");

  step("it shows the status, and what happens while it happens");
  await page.getByLabel("Token").fill(town.token);
  await page.getByRole("button", { name: "Watch" }).click();
  await says(page, "#status", "Ready");
  await act("technician_accepts");
  await page.getByLabel("Technician's number").fill(town.technician);
  await page.getByLabel("Customer").fill("Gil Example");
  await page.getByLabel("Call back at").fill(town.customer);
  await page.getByRole("button", { name: "Call the technician" }).click();
  await page.locator("#answer:not(:empty)").waitFor();
  await says(page, "#status", "In Use");
  await says(page, "#active", "Gil Example");
  await says(page, "#timeline", "technician accepted");
  await look(page, "monitor-active");
  await act("customer_calls");
  await says(page, "#timeline", "bridged");
  await says(page, "#timeline", "emergency concluded");
  await says(page, "#status", "Ready");
  await page.getByRole("button", { name: "Load the last 50" }).click();
  await says(page, "#log-answer", "entries");
  assert.ok((await page.locator("#logs li").count()) > 0);
  for (const list of ["#timeline", "#logs"]) {
    const pictures = await page.locator(`${list} li`).evaluateAll((rows) =>
      rows.map((row) => document.querySelector(row.querySelector("svg.icon use")?.getAttribute("href") ?? "#none") !== null));
    assert.ok(pictures.length > 0 && pictures.every(Boolean), `a picture of our own in each line of ${list}`);
    assert.doesNotMatch(await page.locator(list).innerText(), /\p{Extended_Pictographic}/u, "no emoji");
  }
  await look(page, "monitor-after");
  noTroubles();
} catch (error) {
  await failed(browser, error);
}
await browser.close();
process.exit(0);
