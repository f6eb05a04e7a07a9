// What the scripts share: a browser, a world to act in, screenshots, and a judge of accessibility.
import { createRequire } from "node:module";
import { mkdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import assert from "node:assert/strict";

const modules = createRequire(`${process.env.BROWSER_MODULES}/`);
const { chromium } = modules("playwright-core");
const axe = readFileSync(modules.resolve("axe-core/axe.min.js"), "utf8");
const folder = process.env.SCREENSHOTS;

export const town = JSON.parse(process.env.TOWN);
export { assert };

// ---- the world

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

export async function act(what) {
  process.stdout.write(`@${JSON.stringify({ do: what })}\n`);
  const { value } = await lines.next();
  assert.equal(JSON.parse(value).done, what);
}

export function step(words) {
  process.stdout.write(`  ${words}\n`);
}

// ---- the browser

const SOON = 40_000;
const troubles = [];

export async function open() {
  mkdirSync(folder, { recursive: true });
  const args = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--mute-audio"];
  const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });
  // A browser that crashes while it starts, on a machine with much to do, says nothing about pages.
  return launch().catch(launch);
}

// A person with a browser of their own. Whatever a page complains about is remembered.
export async function person(browser, options = {}) {
  const context = await browser.newContext({ locale: "en-US", timezoneId: "America/Phoenix", ...options });
  context.setDefaultTimeout(SOON);
  const page = await context.newPage();
  page.on("pageerror", (error) => troubles.push(`${page.url()}: ${error.message}`));
  page.on("console", (message) => {
    // What is refused is tried on purpose; a policy that is broken, or a script, is not.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      troubles.push(`${page.url()}: ${message.text()}`);
    }
  });
  return page;
}

// What the pages looked like when something was not as it should be.
export async function failed(browser, error) {
  process.stdout.write(`${error.stack}\n${troubles.join("\n")}\n`);
  for (const [number, page] of browser.contexts().flatMap((context) => context.pages()).entries()) {
    await page.screenshot({ path: `${folder}/failed-${number}.png`, fullPage: true }).catch(() => {});
    process.stdout.write(`${page.url()}:\n${await page.locator("main").innerText().catch(() => "nothing")}\n`);
  }
  process.exit(1);
}

export function noTroubles() {
  assert.deepEqual(troubles, [], "pages complain");
}

// ---- what pages look like, and for whom

const WIDTHS = [390, 1280];
const SCHEMES = ["light", "dark"];

// `axe-core` finds nothing serious, and nothing is wider than the window.
export async function look(page, name) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 844 });
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png`, fullPage: true });
      await accessible(page, `${name}, ${width}, ${colorScheme}`);
    }
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `${name} is ${overflow} pixels wider than ${width}`);
  }
  await page.setViewportSize({ width: 1280, height: 844 });
  await page.emulateMedia({ colorScheme: "light" });
}

async function accessible(page, name) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const told = serious.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).slice(0, 3).join(" | ")}`);
  assert.deepEqual(told, [], name);
}

export async function says(page, selector, words) {
  await page.locator(selector, { hasText: words }).first().waitFor();
}
