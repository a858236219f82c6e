// Webhooks that an integration registers for itself, and what its own calls tell or keep from them.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { scenario } from "../harness.mjs";

/** A receiver on a free port; `told()` waits for so many calls. */
async function receiver(status = 200) {
  const calls = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => { body += part; });
    request.on("end", () => { calls.push({ headers: request.headers, body: JSON.parse(body) }); response.writeHead(status).end(); });
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  server.unref();
  const told = async (count) => {
    for (let i = 0; i < 100 && calls.length < count; ++i) await new Promise((done) => setTimeout(done, 50));
    return calls;
  };
  return { url: `http://127.0.0.1:${server.address().port}/hook`, told, stop: () => server.close() };
}

/** As the registration tool does it: an endpoint, and a step for one message of contacts. Gives the step's id. */
async function register(api, url, message, step) {
  const endpoint = await api.create({ collection: "serviceendpoints", data: { name: "hook", contract: 8, authtype: 5, messageformat: 2, connectionmode: 1, path: "", solutionnamespace: "", userclaim: 1, url, authvalue: '<settings><setting name="x-api-key" value="S" /></settings>' } });
  const first = async (collection, key, filter) => (await api.retrieveMultiple({ collection, select: [key], filter })).value[0][key];
  const said = await first("sdkmessages", "sdkmessageid", `name eq '${message}'`);
  const of = await first("sdkmessagefilters", "sdkmessagefilterid", `primaryobjecttypecode eq 'contact' and _sdkmessageid_value eq ${said}`);
  const data = { name: "s", stage: 40, rank: 1, mode: 1, "eventhandler_serviceendpoint@odata.bind": `/serviceendpoints(${endpoint})`, "sdkmessageid@odata.bind": `/sdkmessages(${said})`, "sdkmessagefilterid@odata.bind": `/sdkmessagefilters(${of})`, ...step };
  return api.create({ collection: "sdkmessageprocessingsteps", data });
}

const shared = (body, name) => body.SharedVariables.find((each) => each.key === name)?.value;

scenario("a webhook is registered, told with the caller's tag, and deleted", { facts: "§3.3, §2.10" }, async ({ api }) => {
  const hooks = await receiver();
  try {
    const step = await register(api, hooks.url, "Update", { filteringattributes: "lastname" });
    const key = await api.create({ collection: "contacts", data: { lastname: "Lee" } });
    await api.update({ collection: "contacts", key, data: { fax: "1" }, tag: "unheard" });
    await api.update({ collection: "contacts", key, data: { lastname: "Ray" }, tag: "lockstep", noCache: true });
    const [{ headers, body }] = await hooks.told(1);
    assert.deepEqual([headers["x-api-key"], headers["x-ms-dynamics-entity-name"], headers["x-ms-dynamics-request-name"]], ["S", "contact", "Update"]);
    assert.deepEqual([body.MessageName, body.PrimaryEntityId, shared(body, "tag")], ["Update", key, "lockstep"]);
    await api.deleteRecord({ collection: "sdkmessageprocessingsteps", key: step });
    await api.update({ collection: "contacts", key, data: { lastname: "Poe" } });
    await new Promise((done) => setTimeout(done, 300));
    assert.equal((await hooks.told(1)).length, 1);
  } finally {
    hooks.stop();
  }
});

scenario("a synchronous step holds a write up and fails it, unless the caller passes it by", { facts: "§3.3, §2.10" }, async ({ api }) => {
  const hooks = await receiver(500);
  try {
    await register(api, hooks.url, "Create", { mode: 0 });
    await assert.rejects(api.create({ collection: "contacts", data: { lastname: "Lee" } }), { status: 400 });
    assert.deepEqual((await api.retrieveMultiple({ collection: "contacts", select: ["lastname"] })).value, []);
    assert.ok(await api.create({ collection: "contacts", data: { lastname: "Ray" }, bypassCustomPluginExecution: true }));
    assert.equal((await hooks.told(1)).length, 1);
  } finally {
    hooks.stop();
  }
});
