// What every judge needs: a fresh stand-in for each scenario, its control plane, and a table of what held.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

const scenarios = [];

/**
 * One claim about a stand-in, driven through an unmodified client.
 * `facts`: the sections of the contract page it rests on, with their marks: "§2.4 [C]".
 * `clientBug`: why the client itself cannot pass (with where that is known from); such a scenario must fail, or the reason is out of date.
 * `only`: runs with the clients of these names alone, where one file judges with several versions.
 */
export function scenario(name, { facts, clientBug = "", only = [], settings = [] } = {}, run) {
  if (!facts) throw new Error(`scenario "${name}" names no fact`);
  scenarios.push({ name, facts, clientBug, only, settings, run });
}

// A client may have a call under way that nobody awaits (jsforce closes jobs of the first bulk API so): it fails when its stand-in has been stopped, and
// concerns no scenario any more. Every other stray failure ends the judge.
const stopped = [];
process.on("unhandledRejection", (reason) => {
  if (!stopped.some((url) => String(reason?.message).includes(`${url}/`))) throw reason;
});

/** A stand-in in a process of its own, on a free port. */
class StandIn {
  static async start(program, name, settings) {
    const standIn = new StandIn();
    standIn.process = spawn(program, ["--only", name, "--port-base", "0", "--json", ...settings], { stdio: ["ignore", "pipe", "inherit"] });
    standIn.ended = new Promise((done) => standIn.process.once("exit", done));
    const lines = createInterface({ input: standIn.process.stdout });
    const first = await Promise.race([new Promise((done) => lines.once("line", done)), standIn.ended.then((code) => Promise.reject(new Error(`lockstep-emulators ended with ${code}`)))]);
    standIn.url = JSON.parse(first).base_url;
    return standIn;
  }

  /** POST (with a body) or GET under /__emulator/; the parsed answer. Throws on any refusal. */
  async control(path, body, method = body === undefined ? "GET" : "POST") {
    const response = await fetch(`${this.url}/__emulator/${path}`, { method, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`control plane ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  async stop() {
    stopped.push(this.url);
    this.process.kill("SIGTERM");
    await this.ended;
  }
}

function within(seconds, promise) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`no end within ${seconds} s`)), seconds * 1000); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function runOne(program, standInName, one, makeContext) {
  const standIn = await StandIn.start(program, standInName, one.settings);
  try {
    await within(60, (async () => one.run(await makeContext(standIn)))());
    return one.clientBug ? { held: false, why: `passes, though it is said that: ${one.clientBug}` } : { held: true, why: "" };
  } catch (error) {
    if (one.clientBug) return { held: true, why: `the client's own: ${one.clientBug}` };
    return { held: false, why: `${error?.stack ?? error}${error?.cause ? `\n  because of ${error.cause.stack ?? error.cause}` : ""}`.slice(0, 4000) };
  } finally {
    await standIn.stop();
  }
}

/** Runs what was registered, prints a row each and a closing count; `makeContext(standIn)` gives each scenario its client. */
export async function judge(client, standInName, makeContext) {
  const { values } = parseArgs({ options: { program: { type: "string", default: "build/release/bin/lockstep-emulators" }, only: { type: "string", default: "" } } });
  let passed = 0, failed = 0;
  for (const one of scenarios) {
    if (!one.name.includes(values.only) || (one.only.length && !one.only.includes(client))) continue;
    const { held, why } = await runOne(values.program, standInName, one, makeContext);
    held ? ++passed : ++failed;
    const verdict = held ? (one.clientBug ? "fail*" : "pass") : "FAIL";
    console.log(`${client.padEnd(18)} ${verdict.padEnd(5)} ${one.name}  (${one.facts})${why ? `\n${" ".repeat(25)}${why}` : ""}`);
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed || !passed ? 1 : 0);
}
